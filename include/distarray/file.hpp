#ifndef DISTARRAY_FILE_HPP
#define DISTARRAY_FILE_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "array.hpp"

namespace darr {

enum class mode : int { read = DARR_READ, create = DARR_CREATE, update = DARR_UPDATE };

/* A parallel HDF5 file. Only close() commits a created file: an object destroyed without it leaves nothing
 * behind. */
class file {
  public:
    /* Collective. */
    file(communicator comm, const std::string &path, mode how)
        : handle_(detail::created<darr_file>([&](darr_file **out) {
              return darr_file_open(comm.handle, path.c_str(), static_cast<int>(how), out);
          })) {}

    /* One dataset that holds the global array; "group/name" makes groups. Collective. */
    void save(const std::string &dataset, const array &source) {
        detail::check(darr_file_save(get(), dataset.c_str(), source.get()));
    }
    /* Into the owned elements of an array of the dataset's shape, however distributed. Collective. */
    void load(const std::string &dataset, array &target) {
        detail::check(darr_file_load(get(), dataset.c_str(), target.get()));
    }

    struct description {
        dtype type;
        std::vector<std::int64_t> shape;
    };
    /* Element type of a dataset, and the shape that an array of this memory order needs to load it.
     * Collective. */
    [[nodiscard]] description describe(const std::string &dataset, order memory_order = order::c) {
        int type = 0;
        int ndim = 0;
        std::int64_t shape[DARR_MAX_NDIM] = {};
        detail::check(
            darr_file_describe(get(), dataset.c_str(), static_cast<int>(memory_order), &type, &ndim, shape));
        return {static_cast<dtype>(type), std::vector<std::int64_t>(shape, shape + ndim)};
    }

    /* Attributes of a dataset or group; "/" is the file. All Collective. */
    template <class T> void set_attribute(const std::string &object, const std::string &name, T value) {
        put<T>(object, name, -1, &value);
    }
    template <class T>
    void set_attribute(const std::string &object, const std::string &name, const std::vector<T> &values) {
        put<T>(object, name, static_cast<std::int64_t>(values.size()), values.data());
    }
    void set_attribute(const std::string &object, const std::string &name, const std::string &text) {
        detail::check(darr_file_set_text(get(), object.c_str(), name.c_str(), text.c_str()));
    }
    void set_attribute(const std::string &object, const std::string &name, const char *text) {
        set_attribute(object, name, std::string(text));
    }
    template <class T> [[nodiscard]] T attribute(const std::string &object, const std::string &name) {
        T value{};
        take<T>(object, name, -1, &value);
        return value;
    }
    template <class T>
    [[nodiscard]] std::vector<T> attribute(const std::string &object, const std::string &name,
                                           std::int64_t length) {
        std::vector<T> values(static_cast<std::size_t>(length < 0 ? 0 : length));
        if (length < 0) {
            detail::check(darr_error_explain("the length of the attribute is negative"));
            detail::check(darr_file_get_attribute(get(), object.c_str(), name.c_str(), 0, 0, nullptr));
        }
        take<T>(object, name, length, values.data());
        return values;
    }
    /* A text of at most `bytes` - 1 bytes. */
    [[nodiscard]] std::string text_attribute(const std::string &object, const std::string &name,
                                             std::int64_t bytes = 4096) {
        std::vector<char> text(static_cast<std::size_t>(bytes < 1 ? 1 : bytes));
        detail::check(darr_file_get_text(get(), object.c_str(), name.c_str(), bytes, text.data()));
        return std::string(text.data());
    }

    /* Commits and closes; the object is empty afterwards, whether it throws or not. Collective. */
    void close() { detail::check(darr_file_close(handle_.release())); }

    /* The handle of the C interface, which this object keeps. */
    [[nodiscard]] darr_file *get() const noexcept { return handle_.get(); }

  private:
    template <class T>
    void put(const std::string &object, const std::string &name, std::int64_t length, const T *values) {
        detail::check(darr_file_set_attribute(get(), object.c_str(), name.c_str(),
                                              static_cast<int>(dtype_of<T>), length, values));
    }
    template <class T>
    void take(const std::string &object, const std::string &name, std::int64_t length, T *values) {
        detail::check(darr_file_get_attribute(get(), object.c_str(), name.c_str(),
                                              static_cast<int>(dtype_of<T>), length, values));
    }

    detail::owner<darr_file, darr_file_free> handle_;
};

} // namespace darr

#endif
