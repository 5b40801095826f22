/* The C half of the Fortran face: what reads and fills the Fortran compiler's array descriptors.
 * Compile it with the ISO_Fortran_binding.h of the compiler that compiles distarray.f90. */
#include <ISO_Fortran_binding.h>
#include <distarray.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    CFI_type_t type;
    size_t bytes;
    int dtype;
} element;

/* A type counts by code and size: codes differ between compilers, and one code may stand for several kinds. */
static const element elements[] = {
    {CFI_type_double, 8, DARR_FLOAT64},
    {CFI_type_float, 4, DARR_FLOAT32},
    {CFI_type_double_Complex, 16, DARR_COMPLEX128},
    {CFI_type_float_Complex, 8, DARR_COMPLEX64},
    {CFI_type_int64_t, 8, DARR_INT64},
    {CFI_type_int32_t, 4, DARR_INT32},
    {CFI_type_int16_t, 2, DARR_INT16},
    {CFI_type_int8_t, 1, DARR_INT8},
    {CFI_type_Bool, 1, DARR_BOOL},
};

/* Reasons for which `wrap` refuses memory; the module has the texts. No element type is negative. */
enum {
    ASSUMED_SIZE = -1,
    WIDE_LOGICAL = -2,
    CHARACTER = -3,
    DERIVED_TYPE = -4,
    EXTENDED_PRECISION = -5,
    OTHER_TYPE = -6
};

static int is_logical(CFI_type_t type)
{
#ifdef CFI_type_Logical /* gfortran: a logical has a code of its own for every kind */
    return (type & CFI_type_mask) == CFI_type_Logical;
#else /* flang: a logical of 2, 4 or 8 bytes has the code of a "least" integer, no integer has */
    return type == CFI_type_int_least16_t || type == CFI_type_int_least32_t || type == CFI_type_int_least64_t;
#endif
}

static int dtype_of(const CFI_cdesc_t *a)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (elements[i].type == a->type && elements[i].bytes == a->elem_len)
            return elements[i].dtype;
    if (is_logical(a->type))
        return WIDE_LOGICAL;
    if (a->type == CFI_type_struct)
        return DERIVED_TYPE;
    if (a->type == CFI_type_long_double || a->type == CFI_type_long_double_Complex)
        return EXTENDED_PRECISION;
#ifdef CFI_type_float128
    if (a->type == CFI_type_float128 || a->type == CFI_type_float128_Complex)
        return EXTENDED_PRECISION;
#endif
#ifdef CFI_type_extended_double
    if (a->type == CFI_type_extended_double || a->type == CFI_type_extended_double_Complex)
        return EXTENDED_PRECISION;
#endif
#ifdef CFI_type_mask
    if ((a->type & CFI_type_mask) == (CFI_type_char & CFI_type_mask))
        return CHARACTER;
#endif
    return a->type == CFI_type_char ? CHARACTER : OTHER_TYPE;
}

darr_memory darr_fortran_memory(const CFI_cdesc_t *a)
{
    darr_memory memory;
    memset(&memory, 0, sizeof memory);
    memory.size = sizeof memory;
    memory.dtype = dtype_of(a);
    memory.ndim = a->rank;
    memory.base = a->base_addr;
    /* What is not allocated has no extents; gfortran's descriptors then hold chance values. */
    for (int d = 0; a->base_addr && d < a->rank; d++) {
        memory.extents[d] = a->dim[d].extent;
        memory.strides[d] = a->dim[d].sm;
        if (a->dim[d].extent < 0)
            memory.dtype = ASSUMED_SIZE;
    }
    return memory;
}

int darr_fortran_int_at(const int *object) { return *object; }

/* Text of the last error that the Fortran face found itself, per thread. */
static _Thread_local char noted[512];

void darr_fortran_note(const char *text, int n)
{
    if (n > (int)sizeof noted - 1)
        n = sizeof noted - 1;
    memcpy(noted, text, (size_t)n);
    noted[n] = '\0';
}

const char *darr_fortran_noted(void) { return noted; }

/* In the module: gives the code to a Fortran `ierr`, or stops the program where that is absent. */
void darr_fortran_settle(int code, void *ierr);

static const char *type_name(int dtype)
{
    static const char *const names[] = {"nothing",  "logical(1)", "integer(1)",          "integer(2)",
                                        "integer(4)", "integer(8)", "unsigned integer(1)", "unsigned integer(2)",
                                        "unsigned integer(4)", "unsigned integer(8)", "real(4)", "real(8)",
                                        "complex(4)", "complex(8)"};
    return dtype > 0 && dtype <= DARR_COMPLEX128 ? names[dtype] : names[0];
}

/* Fortran has no unsigned integers: it sees them through signed ones of their size. */
static int as_signed(int dtype)
{
    return dtype >= DARR_UINT8 && dtype <= DARR_UINT64 ? dtype - DARR_UINT8 + DARR_INT8 : dtype;
}

static int point(CFI_cdesc_t *p, const darr_view *view, int dtype)
{
    static char nowhere[16]; /* an empty section has no memory; its pointer is associated all the same */
    char text[sizeof noted];
    CFI_index_t lower[CFI_MAX_RANK];

    p->base_addr = NULL;
    if (as_signed(view->dtype) != dtype || view->ndim != p->rank) {
        snprintf(text, sizeof text, "the array holds %s in %d dimensions; the pointer is %s of rank %d",
                 type_name(view->dtype), view->ndim, type_name(dtype), p->rank);
        darr_fortran_note(text, (int)strlen(text));
        return DARR_ERR_ARGUMENT;
    }
    CFI_CDESC_T(CFI_MAX_RANK) section;
    CFI_cdesc_t *s = (CFI_cdesc_t *)&section;
    CFI_index_t extents[CFI_MAX_RANK];
    for (int d = 0; d < p->rank; d++) {
        extents[d] = view->extents[d];
        lower[d] = view->global_lo[d];
    }
    int rc = CFI_establish(s, view->base ? view->base : nowhere, CFI_attribute_other, p->type, p->elem_len, p->rank,
                           extents);
    for (int d = 0; d < p->rank; d++)
        s->dim[d].sm = view->strides[d];
    if (rc == CFI_SUCCESS)
        rc = CFI_setpointer(p, s, lower);
    if (rc != CFI_SUCCESS) {
        snprintf(text, sizeof text, "the compiler's run-time library refuses the pointer (code %d)", rc);
        darr_fortran_note(text, (int)strlen(text));
        return DARR_ERR_INTERNAL;
    }
    return DARR_OK;
}

#define POINT(name, dtype)                                                                                             \
    void darr_fortran_point_##name(CFI_cdesc_t *p, const darr_view *view, void *ierr)                                  \
    {                                                                                                                  \
        darr_fortran_settle(point(p, view, dtype), ierr);                                                              \
    }
POINT(float32, DARR_FLOAT32)
POINT(float64, DARR_FLOAT64)
POINT(complex64, DARR_COMPLEX64)
POINT(complex128, DARR_COMPLEX128)
POINT(int8, DARR_INT8)
POINT(int16, DARR_INT16)
POINT(int32, DARR_INT32)
POINT(int64, DARR_INT64)
POINT(bool, DARR_BOOL)
