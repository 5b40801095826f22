# The numerical core: the same sources for the program with the library and for the one by hand.
# Sets hw_core; hw_program(target) gives a program the core's options, FFTW and MPI.
set(hw_core "")
foreach(noun IN ITEMS parameters fields stencil spectral initial means report)
    list(APPEND hw_core ${CMAKE_CURRENT_LIST_DIR}/${noun}.f90)
endforeach()

find_path(FFTW_INCLUDE fftw3.f03 REQUIRED)
find_library(FFTW_LIBRARY fftw3 REQUIRED)

function(hw_program target)
    # No contraction to fused multiply-add: whether a compiler fuses may differ between the body and the ends of a
    # vector loop, and thus between points, and then between numbers of ranks.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:Fortran>:-ffp-contract=off -march=native>)
    if(CMAKE_Fortran_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -Wall -funroll-loops)
    endif()
    set_target_properties(${target} PROPERTIES Fortran_MODULE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/modules)
    target_include_directories(${target} PRIVATE ${FFTW_INCLUDE})
    target_link_libraries(${target} PRIVATE ${FFTW_LIBRARY} MPI::MPI_Fortran)
endfunction()
