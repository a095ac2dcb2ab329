/// samples.safetensors while it is recorded: every sample goes to its place on disk as soon as it is there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/provenance.hpp"

namespace neuroglot {

/// How many samples of each language there will be, and of what size.
struct SampleShape {
  std::vector<std::string> languages;
  std::vector<Index> samples;  ///< of each language
  Index layers = 0;
  Index neurons = 0;

  Index all() const {
    Index sum = 0;
    for (const Index of : samples) sum += of;
    return sum;
  }
};

/// Writes `language` I64 (samples), `mean` and `active` F32 (samples, layers, neurons), languages one after the other,
/// to PATH.partial, which becomes PATH with commit(). The file has its full size from the start.
class SampleWriter {
 public:
  /// With `resume`, what an interrupted run left is gone on with, if its head is the same; was_there() says so.
  SampleWriter(std::filesystem::path path, SampleShape shape, const Provenance& provenance, bool resume)
      : path_(std::move(path)), shape_(std::move(shape)), head_(head_of(shape_, provenance)) {
    was_there_ = resume && is_ours();
    if (!was_there_) start();
    file_.open(partial(), std::ios::in | std::ios::out | std::ios::binary);
    require_good();
  }

  bool was_there() const { return was_there_; }
  std::filesystem::path partial() const { return path_.string() + ".partial"; }

  /// The windows [first, ...) of a language: mean and active (windows, layers, neurons).
  void write(std::size_t language, Index first, std::span<const float> mean, std::span<const float> active) {
    Index sample = first;
    for (std::size_t k = 0; k < language; ++k) sample += shape_.samples[k];
    const Index width = shape_.layers * shape_.neurons * static_cast<Index>(sizeof(float));
    write_at(data() + sample * width, mean);
    write_at(data() + (shape_.all() + sample) * width, active);
  }

  void flush() {
    file_.flush();
    require_good();
  }

  void commit() {
    file_.close();
    require_good();
    std::filesystem::rename(partial(), path_);
  }

 private:
  static std::string head_of(const SampleShape& shape, const Provenance& provenance) {
    const Index n = shape.all(), bytes = n * shape.layers * shape.neurons * static_cast<Index>(sizeof(float));
    const Index first = n * static_cast<Index>(sizeof(std::int64_t));
    const std::vector<Index> dimensions{n, shape.layers, shape.neurons};
    const auto tensor = [](const char* dtype, std::vector<Index> of, Index begin, Index end) -> Provenance {
      return {{"dtype", dtype}, {"shape", std::move(of)}, {"data_offsets", {begin, end}}};
    };
    Provenance object;
    object["__metadata__"] = {{"languages", Provenance(shape.languages).dump()}, {"provenance", provenance.dump()}};
    object["language"] = tensor("I64", {n}, 0, first);
    object["mean"] = tensor("F32", dimensions, first, first + bytes);
    object["active"] = tensor("F32", dimensions, first + bytes, first + 2 * bytes);
    std::string json = object.dump();
    json.append((64 - (sizeof(std::uint64_t) + json.size()) % 64) % 64, ' ');
    const std::uint64_t length = json.size();
    std::string head(sizeof length, '\0');
    std::memcpy(head.data(), &length, sizeof length);
    return head + json;
  }

  Index data() const {
    return static_cast<Index>(head_.size()) + shape_.all() * static_cast<Index>(sizeof(std::int64_t));
  }
  std::uintmax_t size() const {
    return static_cast<std::uintmax_t>(data() + 2 * shape_.all() * shape_.layers * shape_.neurons * 4);
  }

  bool is_ours() const {
    std::error_code failure;
    if (std::filesystem::file_size(partial(), failure) != size() || failure) return false;
    std::ifstream left(partial(), std::ios::binary);
    std::string head(head_.size(), '\0');
    return left.read(head.data(), static_cast<std::streamsize>(head.size())) && head == head_;
  }

  void start() {
    file_.open(partial(), std::ios::out | std::ios::trunc | std::ios::binary);
    file_.write(head_.data(), static_cast<std::streamsize>(head_.size()));
    for (std::size_t k = 0; k < shape_.samples.size(); ++k) {
      const std::vector<std::int64_t> of(static_cast<std::size_t>(shape_.samples[k]), static_cast<std::int64_t>(k));
      file_.write(reinterpret_cast<const char*>(of.data()), static_cast<std::streamsize>(8 * of.size()));
    }
    file_.close();
    require_good();
    std::error_code failure;
    std::filesystem::resize_file(partial(), size(), failure);
    if (failure) throw error(partial().string(), ": could not be made ", size(), " bytes long: ", failure.message());
  }

  void write_at(Index offset, std::span<const float> values) {
    file_.seekp(offset);
    file_.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
    require_good();
  }

  void require_good() const {
    if (!file_) throw error(partial().string(), ": could not be written: ", std::generic_category().message(errno));
  }

  std::filesystem::path path_;
  SampleShape shape_;
  std::string head_;
  std::fstream file_;
  bool was_there_ = false;
};

}  // namespace neuroglot
