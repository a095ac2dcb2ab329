// A judge behind an endpoint: what is sent, and what is done about each way to fail.
#include "neuroglot/experiment/judging/endpoint_judge.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

using namespace neuroglot;
using Catch::Contains;

namespace {

const Answer asked{"off", "fr", "", "fr", "fr", 1, "Quoi ?", "Q: Quoi ?\nA:", "Rien.", 3, "stop"};

/// Replies one after the other, and what was sent.
struct Script {
  std::vector<HttpResponse> responses;
  std::vector<HttpRequest> sent;
  std::vector<double> slept;
};

struct FakeHttp {
  std::shared_ptr<Script> script;
  HttpResponse post(const HttpRequest& request) {
    script->sent.push_back(request);
    return script->responses.at(script->sent.size() - 1);
  }
};

struct FakeSleep {
  std::shared_ptr<Script> script;
  void operator()(double seconds) const { script->slept.push_back(seconds); }
};

HttpResponse completion(const std::string& content) {
  return {200, Provenance{{"choices", {{{"message", {{"content", content}}}}}}}.dump(), "", "", false};
}
HttpResponse status(long code, std::string body = "{}", std::string retry_after = "") {
  return {code, std::move(body), std::move(retry_after), "", false};
}

EndpointOptions options() {
  EndpointOptions made;
  made.url = "http://judge/v1";
  made.model = "m";
  made.key = "sk-secret";
  made.key_name = "MY_KEY";
  made.retry.attempts = 4;
  return made;
}

/// What comes of these responses.
std::string reply_to(const std::shared_ptr<Script>& script, const EndpointOptions& how = options()) {
  EndpointJudge judge(FakeHttp{script}, how, FakeSleep{script});
  return judge.ask(judge.request(asked));
}
std::shared_ptr<Script> script(std::vector<HttpResponse> responses) {
  return std::make_shared<Script>(Script{std::move(responses), {}, {}});
}

}  // namespace

TEST_CASE("a request names the model and holds the prompt; the key is a header and nowhere else") {
  const auto played = script({completion("Score: 7")});
  EndpointOptions how = options();
  how.body = {{"temperature", nullptr}, {"max_tokens", 9}};
  EndpointJudge judge(FakeHttp{played}, how, FakeSleep{played});
  CHECK(judge.ask(judge.request(asked)) == "Score: 7");
  const HttpRequest& sent = played->sent.front();
  CHECK(sent.url == "http://judge/v1/chat/completions");
  const Provenance body = Provenance::parse(sent.body);
  CHECK(body["model"] == "m");
  CHECK(body["max_tokens"] == 9);
  CHECK(!body.contains("temperature"));
  CHECK_THAT(body["messages"][0]["content"].get<std::string>(), Contains("Quoi ?") && Contains("Rien."));
  CHECK(sent.headers[1] == "Authorization: Bearer sk-secret");
  CHECK_THAT(judge.request(asked).dump() + judge.description().dump(), !Contains("secret"));
}

TEST_CASE("waits double from attempt to attempt, on 5xx, on time-outs and on what is no completion") {
  const auto played =
      script({status(500), {0, "", "", "no answer within 1 s", true}, status(200, "<html>"), completion("8")});
  CHECK(reply_to(played) == "8");
  CHECK(played->slept == std::vector<double>{1, 2, 4});
}

TEST_CASE("a 429 is waited for as long as it asks, or as long as other failures where it does not") {
  const auto played = script({status(429, "{}", "7"), status(429), status(503, "{}", "0"), completion("8")});
  CHECK(reply_to(played) == "8");
  CHECK(played->slept == std::vector<double>{7, 2, 0});
}

TEST_CASE("after the last attempt the run fails with what was said last") {
  const auto played = script({status(500), status(500), status(500), status(502, R"({"error": {"message": "down"}})")});
  CHECK_THROWS_WITH(reply_to(played), Contains("HTTP 502") && Contains("\"down\"") && Contains("attempt 4 of 4"));
  CHECK(played->slept.size() == 3);
}

TEST_CASE("what another attempt would not change fails at once, with advice") {
  const auto refused = script({status(401, R"({"error": {"message": "Incorrect API key"}})")});
  CHECK_THROWS_WITH(reply_to(refused), Contains("HTTP 401 (is the key in MY_KEY right?): \"Incorrect API key\""));
  EndpointOptions without = options();
  without.key.clear();
  CHECK_THROWS_WITH(reply_to(script({status(401)}), without), Contains("no key was sent: MY_KEY is not set"));
  CHECK_THROWS_WITH(reply_to(script({status(404)})), Contains("URL and the model's name"));
  CHECK_THROWS_WITH(reply_to(script({status(400, "bad\nrequest")})), Contains("HTTP 400: \"bad\\nrequest\""));
  CHECK_THROWS_WITH(reply_to(script({status(429, R"({"error": {"code": "insufficient_quota", "message": "pay"}})")})),
                    Contains("\"pay\""));
  CHECK_THROWS_WITH(reply_to(script({{0, "", "", "Couldn't resolve host name", false}})), Contains("resolve host"));
  CHECK_THROWS_WITH(reply_to(script({status(429, "{}", "86400")})), Contains("left alone for 86400 s"));
}

TEST_CASE("a reply is the content of the first choice, and nothing else is one") {
  CHECK(detail::completion_in(completion("x").body) == "x");
  for (const char* const bad :
       {"", "[]", "{", "7", R"({"choices": []})", R"({"choices": [{"message": {"content": null}}]})",
        R"({"choices": {"0": 1}})", R"({"choices": [1]})"}) {
    INFO(bad);
    CHECK(!detail::completion_in(bad));
  }
}

TEST_CASE("Retry-After is a number of seconds or a date") {
  const std::time_t now = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110, section 5.6.7)
  CHECK(retry_after_seconds("120", now) == 120.0);
  CHECK(retry_after_seconds(" 0 ", now) == 0.0);
  CHECK(retry_after_seconds("Sun, 06 Nov 1994 08:50:37 GMT", now) == 60.0);
  CHECK(retry_after_seconds("Sun, 06 Nov 1994 08:00:00 GMT", now) == 0.0);
  for (const char* const bad : {"", "soon", "-5", "12 s", "nan"}) CHECK(!retry_after_seconds(bad, now));
}

TEST_CASE("waits grow to the longest and no further") {
  const RetryOptions retry{20, 1, 60, 3600};
  CHECK(wait_before(2, {}, retry) == 1);
  CHECK(wait_before(7, {}, retry) == 32);
  CHECK(wait_before(8, {}, retry) == 60);
  CHECK(wait_before(20, {}, retry) == 60);
}

TEST_CASE("a rate limit spaces requests evenly, and does not make up for time that has passed") {
  RateLimit limit(30);
  std::vector<double> slept;
  const auto sleep = [&](double seconds) { slept.push_back(seconds); };
  limit.wait(100, sleep);
  limit.wait(100.5, sleep);
  limit.wait(110, sleep);
  limit.wait(110, sleep);
  CHECK(slept == std::vector<double>{1.5, 2});
}
