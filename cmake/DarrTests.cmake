# ctest of the build tree: the core's Rust tests, then the C and C++ tests against a copy installed inside the build tree.
# scripts/test runs everything.
set(stage ${PROJECT_BINARY_DIR}/stage)
get_filename_component(mpi_bin ${DARR_MPICC} DIRECTORY)
find_program(DARR_MPIRUN NAMES mpirun.${DARR_MPI} mpirun mpiexec HINTS ${mpi_bin} DOC "Launcher of the MPI")

add_test(NAME core
    COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${cargo_folder} ${CARGO} test --locked ${DARR_CARGO_FLAGS} -p distarray-core
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
add_test(NAME install COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${stage})
add_test(NAME installed
    COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test ${PROJECT_SOURCE_DIR}/tests ${PROJECT_BINARY_DIR}/tests
        --build-generator ${CMAKE_GENERATOR}
        --build-options -DCMAKE_PREFIX_PATH=${stage} -DMPI_C_COMPILER=${DARR_MPICC} -DMPIEXEC_EXECUTABLE=${DARR_MPIRUN}
        --test-command ${CMAKE_CTEST_COMMAND} --output-on-failure -LE valgrind)
set_tests_properties(install PROPERTIES FIXTURES_SETUP stage)
set_tests_properties(installed PROPERTIES FIXTURES_REQUIRED stage RUN_SERIAL ON
    ENVIRONMENT "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_rmaps_base_oversubscribe=1")
