// Files and pictures through the C++ face: written in one distribution, read in another.
#include "check.hpp"

#include <fstream>

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;
using index = std::vector<std::int64_t>;

static bool exists(const char *path) { return std::ifstream(path).good(); }

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        array rows(distribution(world, {dim::block(9).halo(1), dim::whole(5)}), dtype::float64);
        const auto view = rows.view<double>();
        for (std::int64_t i = view.owned_lo(0); i < view.owned_hi(0); ++i) {
            for (std::int64_t j = 0; j < view.extent(1); ++j) {
                view(i, j) = static_cast<double>(10 * (i + view.global_lo(0)) + j);
            }
        }

        {
            darr::file out(world, "state.h5", darr::mode::create);
            out.save("fields/n", rows);
            out.set_attribute("fields/n", "time", 2.5);
            out.set_attribute("fields/n", "counts", std::vector<std::int32_t>{3, 1, 2});
            out.set_attribute("/", "title", "drift waves");
            out.close();
        }
        {
            darr::file abandoned(world, "abandoned.h5", darr::mode::create);
            abandoned.save("n", rows);
        }
        MPI_Barrier(MPI_COMM_WORLD);
        CHECK_EQUAL(exists("abandoned.h5"), false);

        darr::file in(world, "state.h5", darr::mode::read);
        const auto found = in.describe("fields/n");
        CHECK_EQUAL(static_cast<int>(found.type), static_cast<int>(dtype::float64));
        CHECK_EQUAL(found.shape == (index{9, 5}), true);
        CHECK_EQUAL(in.describe("fields/n", darr::order::f).shape == (index{5, 9}), true);
        CHECK_EQUAL(in.attribute<double>("fields/n", "time"), 2.5);
        CHECK_EQUAL(in.attribute<std::int32_t>("fields/n", "counts", 3) ==
                        (std::vector<std::int32_t>{3, 1, 2}),
                    true);
        CHECK_EQUAL(in.text_attribute("/", "title"), "drift waves");

        array columns(distribution(world, {dim::whole(9), dim::block(5)}), dtype::float64);
        in.load("fields/n", columns);
        for (std::int64_t k = 0; k < 9; ++k) {
            CHECK_EQUAL(columns.get<double>({k, k % 5}), static_cast<double>(10 * k + k % 5));
        }
        array wrong(distribution(world, {dim::block(8), dim::whole(5)}), dtype::float64);
        CHECK_THROWS(in.load("fields/n", wrong), DARR_ERR_FORMAT, "9");
        in.close();
        CHECK_THROWS(in.close(), DARR_ERR_HANDLE, "");
        CHECK_THROWS(darr::file(world, "missing/state.h5", darr::mode::create), DARR_ERR_IO, "missing");

        darr::save_image(rows, "rows.png",
                         darr::image_options().map(darr::colors::red_blue).range(0, 84).scale(4));
        MPI_Barrier(MPI_COMM_WORLD);
        CHECK_EQUAL(exists("rows.png"), true);
        CHECK_THROWS(darr::save_image(rows, "rows.png", darr::image_options().slice(0, 1, {0})),
                     DARR_ERR_ARGUMENT, "index");
    });
}
