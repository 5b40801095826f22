//! Compiles the MPI shim, finds out which MPI family this build is for, and sets the name and manners of the shared library.

use std::env;

/// Families of MPI libraries that do not share a binary interface, as `src/mpi/shim.c` names them, and the end of the
/// shared library's name for each.
const FAMILIES: [(&str, &str); 2] = [("Open MPI", "openmpi"), ("MPICH", "mpich")];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/mpi/shim.c");
    println!("cargo:rerun-if-env-changed=MPICC");

    let compiler = env::var("MPICC").unwrap_or_else(|_| "mpicc".to_string());
    let mut shim = cc::Build::new();
    shim.compiler(&compiler)
        .file("src/mpi/shim.c")
        .warnings(true)
        .extra_warnings(true);
    let expanded = String::from_utf8_lossy(&shim.expand()).into_owned();
    shim.compile("darr_shim");

    let marked = |family: &str| expanded.contains(&format!("darr_shim_family[] = \"{family}\""));
    let Some((family, suffix)) = FAMILIES.into_iter().find(|(family, _)| marked(family)) else {
        panic!("{compiler} compiles for an MPI that is neither Open MPI nor of the MPICH family");
    };
    println!("cargo:rustc-env=DARR_MPI_FAMILY={family}");
    println!("cargo:rustc-check-cfg=cfg(darr_mpi, values(\"openmpi\", \"mpich\"))");
    println!("cargo:rustc-cfg=darr_mpi=\"{suffix}\"");
    println!("cargo:rustc-env=DARR_HDF5={}", hdf5());

    // The ABI number is the major version. MPI keeps the addresses of our callbacks, so the library is never unloaded.
    let abi = env::var("CARGO_PKG_VERSION_MAJOR").expect("cargo sets the version");
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libdistarray_{suffix}.so.{abi}");
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
}

/// "HDF5 1.10.8 parallel" or "no HDF5", from what the build script of the bindings tells.
fn hdf5() -> String {
    // One variable for each version that the library's reaches: the greatest is its own.
    let versions = env::vars().filter_map(|(name, _)| {
        let version = name.strip_prefix("DEP_HDF5_VERSION_")?;
        let parts: Result<Vec<u32>, _> = version.split('_').map(str::parse).collect();
        parts.ok()
    });
    let version = versions.max().map(|parts| {
        let parts: Vec<String> = parts.iter().map(u32::to_string).collect();
        parts.join(".")
    });
    match version {
        Some(version) if env::var("DEP_HDF5_HAVE_PARALLEL").is_ok() => {
            format!("HDF5 {version} parallel")
        }
        Some(version) => format!("HDF5 {version}"),
        None => "no HDF5".to_string(),
    }
}
