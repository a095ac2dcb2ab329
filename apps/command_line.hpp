/// The command line that all programs share: --help with examples, --version, --quiet, --threads, and errors as exit
/// statuses.
#pragma once

#include <boost/program_options.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/model_folder.hpp"
#include "neuroglot/version.hpp"

namespace ng {

namespace po = boost::program_options;

/// Usage:
///     ng::CommandLine line("ng-tokenize", "MODEL", "Text lines on stdin to lines of token ids.", "  ng-tokenize
///     SmolLM2 < text.txt\n"); line.positional("model", "Hugging Face folder"); line.add()("decode", po::bool_switch(),
///     "the other way"); if (!line.parse(argc, argv)) return 0;   // --help or --version was answered
class CommandLine {
 public:
  CommandLine(std::string name, std::string synopsis, std::string description, std::string examples)
      : name_(std::move(name)),
        synopsis_(std::move(synopsis)),
        description_(std::move(description)),
        examples_(std::move(examples)),
        options_("options", 118, 80) {
    options_.add_options()("help,h", "this text")("version", "the version of neuroglot")(
        "quiet,q", po::bool_switch(), "no progress and no remarks on stderr");
  }

  po::options_description_easy_init add() { return options_.add_options(); }

  /// The positional MODEL; `needs` is what the folder must hold.
  void positional_model(const std::string& needs) {
    positional("model",
               "MODEL: a Hugging Face folder (" + needs +
                   "), or a hub id that lies in the local cache (organisation/name, organisation/name@revision)");
  }

  /// A required argument without a name, in the order of the calls.
  void positional(const std::string& option, const std::string& help) {
    options_.add_options()(option.c_str(), po::value<std::string>(), help.c_str());
    positionals_.add(option.c_str(), 1);
    required_.push_back(option);
  }

  /// Throws UsageError for an unknown option, a missing value, a missing argument.
  bool parse(int argc, char** argv) {
    try {
      po::store(po::command_line_parser(argc, argv).options(options_).positional(positionals_).run(), values_);
      po::notify(values_);
    } catch (const po::error& failure) {
      throw neuroglot::usage_error(failure.what(), " (", name_, " --help lists the options)");
    }
    if (has("help")) return std::cout << help(), false;
    if (has("version")) return std::cout << name_ << " (neuroglot) " << neuroglot::version << '\n', false;
    for (const std::string& option : required_)
      if (!has(option)) throw neuroglot::usage_error(upper(option), " is missing: ", name_, " ", synopsis_);
    return true;
  }

  bool has(const std::string& option) const { return values_.count(option) > 0; }
  template <class T>
  const T& get(const std::string& option) const {
    return values_[option].as<T>();
  }
  std::string text(const std::string& option) const { return get<std::string>(option); }
  /// Of an option that takes several words; none where it was not given.
  std::vector<std::string> words(const std::string& option) const {
    return has(option) ? get<std::vector<std::string>>(option) : std::vector<std::string>();
  }
  bool flag(const std::string& option) const { return get<bool>(option); }

  /// The folder of MODEL, which may be a hub id in the local cache.
  std::filesystem::path model() const { return neuroglot::model_folder(text("model")); }

  /// --out, for programs that can not do without; throws UsageError where it is missing.
  std::filesystem::path required_path(const std::string& option) const {
    if (!has(option)) throw neuroglot::usage_error("--", option, " is missing: ", name_, " ", synopsis_);
    return text(option);
  }

 private:
  std::string help() const {
    return neuroglot::text_of("usage: ", name_, " ", synopsis_, "\n\n", description_, "\n\n", options_, "\nexamples:\n",
                              examples_);
  }
  static std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return text;
  }

  std::string name_, synopsis_, description_, examples_;
  po::options_description options_;
  po::positional_options_description positionals_;
  std::vector<std::string> required_;
  po::variables_map values_;
};

/// Runs body() and turns what it throws into one line on stderr and an exit status: 2 for wrong usage, 1 for a run that
/// failed.
template <class Body>
int guarded(std::string_view program, Body&& body) {
  const auto complain = [&](std::string_view message) {
    std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(program.size()), program.data(),
                 static_cast<int>(message.size()), message.data());
  };
  try {
    const int status = body();
    std::cout.flush();
    if (!std::cout) throw neuroglot::error("stdout: could not be written");
    return status;
  } catch (const neuroglot::UsageError& failure) {
    complain(failure.what());
    return 2;
  } catch (const std::bad_alloc&) {
    complain("out of memory");
  } catch (const std::exception& failure) {
    complain(failure.what());
  }
  return 1;
}

}  // namespace ng
