/// The variables of a template that is being rendered: a frame for the template, one for each loop inside of it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/value.hpp"

namespace neuroglot::jinja {

/// What is set in a loop is gone after each of its rounds; a namespace's members stay.
class Scope {
 public:
  explicit Scope(std::map<std::string, Value> variables) : frames_{std::move(variables)} {}

  void enter() { frames_.emplace_back(); }
  void leave() { frames_.pop_back(); }

  Value get(const std::string& name) const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
      if (const auto found = frame->find(name); found != frame->end()) return found->second;
    return undefined();
  }
  void set(const std::string& name, Value value) { frames_.back().insert_or_assign(name, std::move(value)); }

  /// `set name.member = value`, which changes the namespace wherever it was made.
  void set_member(const std::string& name, const std::string& member, Value value) {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
      if (const auto found = frame->find(name); found != frame->end() && found->second.is_object()) {
        found->second[member] = std::move(value);
        return;
      }
    throw error("set ", name, ".", member, ": ", name, " is no namespace");
  }

 private:
  std::vector<std::map<std::string, Value>> frames_;
};

}  // namespace neuroglot::jinja
