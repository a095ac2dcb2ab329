/// A judge behind an endpoint that speaks OpenAI's protocol of chat completions
/// (platform.openai.com/docs/api-reference/chat).
#pragma once

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/judging/http.hpp"
#include "neuroglot/experiment/judging/judge.hpp"
#include "neuroglot/experiment/judging/judge_prompt.hpp"
#include "neuroglot/experiment/judging/retry.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

struct EndpointOptions {
  std::string url;  ///< of the API, to which "/chat/completions" is added: https://api.openai.com/v1
  std::string model;
  std::string key;       ///< empty: none is sent
  std::string key_name;  ///< the variable that holds it, for messages
  std::string prompt{default_judge_prompt};
  Provenance body = Provenance::object();  ///< members that are put into each request; null takes one out
  double per_minute = 0;                   ///< requests; 0: no limit
  RetryOptions retry;
};

struct ThreadSleep {
  void operator()(double seconds) const { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }
};

namespace detail {

/// What an endpoint says of an error: error.message, or the beginning of what it sent.
inline std::string endpoint_message(const std::string& body) {
  const Provenance sent = Provenance::parse(body, nullptr, false);
  if (sent.is_object() && sent.contains("error")) {
    const Provenance& told = sent["error"];
    if (told.is_string()) return in_quotes(told.get<std::string>());
    if (told.is_object() && told.contains("message") && told["message"].is_string())
      return in_quotes(told["message"].get<std::string>());
  }
  return in_quotes(body);
}

/// The reply in a chat completion, nothing where it is none.
inline std::optional<std::string> completion_in(const std::string& body) {
  const Provenance sent = Provenance::parse(body, nullptr, false);
  const nlohmann::json::json_pointer content("/choices/0/message/content");
  const Provenance::json_pointer place(content.to_string());
  if (sent.is_discarded() || !sent.contains(place) || !sent.at(place).is_string()) return std::nullopt;
  return sent.at(place).get<std::string>();
}

inline bool is_out_of_quota(const std::string& body) {
  return body.find("insufficient_quota") != std::string::npos;
}

}  // namespace detail

/// One request at a time.
template <HttpClient Http, class Sleep = ThreadSleep>
class EndpointJudge {
 public:
  EndpointJudge(Http http, EndpointOptions options, Sleep sleep = {})
      : http_(std::move(http)), options_(std::move(options)), sleep_(std::move(sleep)), limit_(options_.per_minute) {}

  Provenance request(const Answer& answer) const {
    Provenance body = {{"model", options_.model},
                       {"temperature", 0},
                       {"messages", {{{"role", "user"}, {"content", judge_prompt(options_.prompt, answer)}}}}};
    body.merge_patch(options_.body);
    return {{"endpoint", options_.url}, {"body", std::move(body)}};
  }

  std::string ask(const Provenance& request) {
    const HttpRequest sent{options_.url + "/chat/completions", headers(), request["body"].dump()};
    return ask_persistently([&] { return attempt(sent); }, sleep_, options_.retry);
  }

  Provenance description() const {
    return {{"kind", "endpoint"},
            {"endpoint", options_.url},
            {"model", options_.model},
            {"body", options_.body},
            {"prompt", options_.prompt}};
  }

 private:
  std::vector<std::string> headers() const {
    std::vector<std::string> all = {"Content-Type: application/json"};
    if (!options_.key.empty()) all.push_back("Authorization: Bearer " + options_.key);
    return all;
  }

  Attempt attempt(const HttpRequest& sent) {
    using Clock = std::chrono::steady_clock;
    limit_.wait(std::chrono::duration<double>(Clock::now().time_since_epoch()).count(), sleep_);
    const HttpResponse response = http_.post(sent);
    if (response.status == 0) return {{}, text_of(sent.url, ": ", response.failure), response.may_pass, {}};
    if (response.status == 200) {
      if (auto reply = detail::completion_in(response.body)) return {std::move(reply), "", false, {}};
      return {{}, text_of(sent.url, ": sent no chat completion: ", in_quotes(response.body)), true, {}};
    }
    Attempt failed{{}, "", false, {}};
    failed.trouble = text_of(sent.url, ": HTTP ", response.status, advice(response.status), ": ",
                             detail::endpoint_message(response.body));
    failed.may_pass = (response.status == 429 && !detail::is_out_of_quota(response.body)) || response.status == 408 ||
                      response.status >= 500;
    if (failed.may_pass) failed.wait = retry_after_seconds(response.retry_after, std::time(nullptr));
    return failed;
  }

  std::string advice(long status) const {
    if (status == 401 || status == 403)
      return options_.key.empty() ? " (no key was sent: " + options_.key_name + " is not set)"
                                  : " (is the key in " + options_.key_name + " right?)";
    return status == 404 ? " (are the endpoint's URL and the model's name right?)" : "";
  }

  Http http_;
  EndpointOptions options_;
  Sleep sleep_;
  RateLimit limit_;
};

}  // namespace neuroglot
