# What is installed: copies of built and committed files, nothing that depends on the build tree.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/DistArray)
set(fortran_folder ${CMAKE_INSTALL_DATADIR}/distarray/fortran)
set(generated ${PROJECT_BINARY_DIR}/package)

install(FILES ${built} ${built}.${soversion} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(PROGRAMS ${built}.${PROJECT_VERSION} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(DIRECTORY fortran/ DESTINATION ${fortran_folder}
        FILES_MATCHING REGEX "\\.(f90|F90|inc|c|h)$" PATTERN examples EXCLUDE)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/distarray)

# One fragment and one pkg-config file per MPI; the rest of the package is the same for both.
configure_package_config_file(cmake/DistArray-mpi.cmake.in ${generated}/DistArray-${DARR_MPI}.cmake
    INSTALL_DESTINATION ${package_folder} NO_CHECK_REQUIRED_COMPONENTS_MACRO
    PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR fortran_folder)
write_basic_package_version_file(${generated}/DistArrayConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${generated}/DistArray-${DARR_MPI}.cmake ${generated}/DistArrayConfigVersion.cmake
              cmake/DistArrayConfig.cmake cmake/DistArrayFortran.cmake
        DESTINATION ${package_folder})

file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
configure_file(cmake/distarray.pc.in ${generated}/distarray_${DARR_MPI}.pc @ONLY)
install(FILES ${generated}/distarray_${DARR_MPI}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
