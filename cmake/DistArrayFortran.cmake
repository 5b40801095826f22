# Builds the Fortran module and its C shim in the project's tree: module files and the layout of array descriptors
# belong to a compiler pair, so no built copy could serve every project.

get_property(darr_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if(NOT Fortran IN_LIST darr_languages OR NOT C IN_LIST darr_languages)
    set(DistArray_NOT_FOUND_MESSAGE "The component Fortran needs the languages Fortran and C enabled in project().")
    return()
endif()

# Sets `out` to the folder of the Fortran compiler's own ISO_Fortran_binding.h, which the C compiler's search could miss
# or confuse with that of another Fortran compiler.
function(darr_binding_header out)
    file(REAL_PATH ${CMAKE_Fortran_COMPILER} compiler)
    get_filename_component(compiler_bin ${compiler} DIRECTORY)
    execute_process(COMMAND ${CMAKE_Fortran_COMPILER} -print-file-name=include
        OUTPUT_VARIABLE own OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    find_path(DistArray_BINDING_HEADER ISO_Fortran_binding.h NO_DEFAULT_PATH
        HINTS ${own} ${compiler_bin}/../include ${compiler_bin}/../include/flang
        DOC "Folder of the Fortran compiler's ISO_Fortran_binding.h")
    set(${out} ${DistArray_BINDING_HEADER} PARENT_SCOPE)
endfunction()

if(NOT TARGET DistArray::Fortran)
    darr_binding_header(darr_header)
    if(NOT darr_header)
        set(DistArray_NOT_FOUND_MESSAGE
            "No ISO_Fortran_binding.h of ${CMAKE_Fortran_COMPILER} found: set DistArray_BINDING_HEADER to its folder.")
        return()
    endif()
    # Copied alone, because the other headers beside it may belong to another C compiler.
    set(darr_build ${CMAKE_BINARY_DIR}/distarray_fortran)
    file(GLOB darr_headers ${darr_header}/ISO_Fortran_binding*.h)
    file(COPY ${darr_headers} DESTINATION ${darr_build}/include)

    file(GLOB darr_sources ${DistArray_FORTRAN_DIR}/*.f90 ${DistArray_FORTRAN_DIR}/*.F90 ${DistArray_FORTRAN_DIR}/*.c)
    add_library(distarray_fortran STATIC EXCLUDE_FROM_ALL ${darr_sources})
    # The shim is C11, whatever the project's own standard is.
    set_target_properties(distarray_fortran PROPERTIES
        C_STANDARD 11
        C_STANDARD_REQUIRED ON
        Fortran_MODULE_DIRECTORY ${darr_build}/modules
        POSITION_INDEPENDENT_CODE ON)
    target_include_directories(distarray_fortran
        PRIVATE ${darr_build}/include ${DistArray_FORTRAN_DIR}
        INTERFACE ${darr_build}/modules)
    target_link_libraries(distarray_fortran PUBLIC DistArray::C)
    add_library(DistArray::Fortran ALIAS distarray_fortran)
endif()
set(DistArray_Fortran_FOUND TRUE)
