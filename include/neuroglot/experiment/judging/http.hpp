/// A POST over HTTP and what came of it, whichever library sends it.
#pragma once

#include <concepts>
#include <string>
#include <vector>

namespace neuroglot {

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  ///< "Content-Type: application/json"
  std::string body;
};

struct HttpResponse {
  long status = 0;  ///< 0: none came
  std::string body;
  std::string retry_after;  ///< the header, empty where there is none
  std::string failure;      ///< why none came
  bool may_pass = false;    ///< with failure: time-outs and lost connections may, a name or URL that is wrong does not
};

template <class H>
concept HttpClient = requires(H& http, const HttpRequest& request) {
  { http.post(request) } -> std::same_as<HttpResponse>;
};

}  // namespace neuroglot
