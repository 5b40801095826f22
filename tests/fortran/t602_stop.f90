!> Without `ierr` an error stops the program with the library's text.
!> Stops with: ERROR STOP
program t602_stop
    use check
    use distarray
    implicit none

    type(darr_dist) :: d

    call begin_test()
    call d%create(comm, [-5])
    call end_test()
end program t602_stop
