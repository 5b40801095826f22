# find_package(DistArray COMPONENTS C CXX Fortran) gives these targets:
#
#   DistArray::C        the library and distarray.h
#   DistArray::CXX      also distarray.hpp (C++17)
#   DistArray::Fortran  also the module distarray, built here by the project's own compilers
#
# No component named means C. The library belongs to one MPI: DistArray_MPI (openmpi or mpich) names it; without that it
# is the MPI that the project has found with find_package(MPI) or that its compiler wrappers are; without any, the only
# one installed. Sets DistArray_MPI and DistArray_HDF5. Linking MPI itself is left to the project.

set(darr_installed "")
foreach(darr_vendor IN ITEMS openmpi mpich)
    if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/DistArray-${darr_vendor}.cmake)
        include(${CMAKE_CURRENT_LIST_DIR}/DistArray-${darr_vendor}.cmake)
        list(APPEND darr_installed ${darr_vendor})
    endif()
endforeach()

# Sets `out` to the family of the MPI whose mpi.h the project's enabled languages see, to nothing if they see none.
function(darr_vendor_of_project out)
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    list(REMOVE_ITEM languages NONE)
    set(folders "")
    foreach(source IN ITEMS MPI_@_INCLUDE_DIRS CMAKE_@_IMPLICIT_INCLUDE_DIRECTORIES)
        foreach(language IN LISTS languages)
            string(REPLACE @ ${language} variable ${source})
            list(APPEND folders ${${variable}})
        endforeach()
    endforeach()
    foreach(folder IN LISTS folders)
        if(EXISTS ${folder}/mpi.h)
            file(STRINGS ${folder}/mpi.h marks REGEX "define +(OPEN_MPI|MPICH_NUMVERSION)[ \t]")
            if(marks MATCHES OPEN_MPI)
                set(${out} openmpi PARENT_SCOPE)
                return()
            elseif(marks MATCHES MPICH)
                set(${out} mpich PARENT_SCOPE)
                return()
            endif()
        endif()
    endforeach()
    set(${out} "" PARENT_SCOPE)
endfunction()

set(DistArray_FOUND TRUE)
if(NOT DistArray_MPI)
    darr_vendor_of_project(DistArray_MPI)
endif()
if(NOT DistArray_MPI)
    list(LENGTH darr_installed darr_count)
    if(darr_count EQUAL 1)
        set(DistArray_MPI ${darr_installed})
    else()
        set(DistArray_FOUND FALSE)
        set(DistArray_NOT_FOUND_MESSAGE
            "DistArray is installed for several MPIs (${darr_installed}): find_package(MPI) first, or set DistArray_MPI.")
        return()
    endif()
endif()
if(NOT DistArray_MPI IN_LIST darr_installed)
    set(DistArray_FOUND FALSE)
    set(DistArray_NOT_FOUND_MESSAGE
        "The project's MPI is ${DistArray_MPI}, but DistArray is installed here for: ${darr_installed}.")
    return()
endif()
set(DistArray_HDF5 ${DistArray_${DistArray_MPI}_HDF5})

if(NOT DistArray_FIND_COMPONENTS)
    set(DistArray_FIND_COMPONENTS C)
    set(DistArray_FIND_REQUIRED_C TRUE)
endif()

if(NOT TARGET DistArray::C)
    add_library(DistArray::C SHARED IMPORTED)
    set_target_properties(DistArray::C PROPERTIES
        IMPORTED_LOCATION "${DistArray_${DistArray_MPI}_LIBRARY}"
        IMPORTED_SONAME "${DistArray_${DistArray_MPI}_SONAME}"
        INTERFACE_INCLUDE_DIRECTORIES "${DistArray_INCLUDE_DIR}")
endif()
set(DistArray_C_FOUND TRUE)

if(CXX IN_LIST DistArray_FIND_COMPONENTS)
    if(NOT TARGET DistArray::CXX)
        add_library(DistArray::CXX INTERFACE IMPORTED)
        set_target_properties(DistArray::CXX PROPERTIES
            INTERFACE_LINK_LIBRARIES DistArray::C
            INTERFACE_COMPILE_FEATURES cxx_std_17)
    endif()
    set(DistArray_CXX_FOUND TRUE)
endif()

if(Fortran IN_LIST DistArray_FIND_COMPONENTS)
    include(${CMAKE_CURRENT_LIST_DIR}/DistArrayFortran.cmake)
endif()

foreach(darr_component IN LISTS DistArray_FIND_COMPONENTS)
    if(DistArray_FIND_REQUIRED_${darr_component} AND NOT DistArray_${darr_component}_FOUND)
        set(DistArray_FOUND FALSE)
        if(NOT DistArray_NOT_FOUND_MESSAGE)
            set(DistArray_NOT_FOUND_MESSAGE "DistArray has no component ${darr_component}: there are C, CXX and Fortran.")
        endif()
    endif()
endforeach()
