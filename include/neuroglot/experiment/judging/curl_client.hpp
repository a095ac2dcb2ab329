/// HTTP by libcurl (curl.se/libcurl). The only header that includes it: programs link libcurl.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/judging/http.hpp"
#include "neuroglot/version.hpp"

namespace neuroglot {

/// Keeps its connection between requests. http and https alone, redirections are not followed (they would carry the key
/// elsewhere); proxies as the environment names them.
class CurlClient {
 public:
  explicit CurlClient(double timeout_seconds) : timeout_(timeout_seconds) {
    static const CURLcode started = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    curl_.reset(started == CURLE_OK ? ::curl_easy_init() : nullptr);
    if (!curl_) throw error("libcurl could not be started");
  }

  HttpResponse post(const HttpRequest& request) {
    HttpResponse response;
    const Headers headers = header_list(request);
    ::curl_easy_reset(curl_.get());
    set_up(request, headers.get(), response);
    const CURLcode code = ::curl_easy_perform(curl_.get());
    if (code == CURLE_OK) {
      ::curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &response.status);
      return response;
    }
    response.failure = code == CURLE_OPERATION_TIMEDOUT ? text_of("no answer within ", timeout_, " s")
                                                        : std::string(::curl_easy_strerror(code));
    response.may_pass = code == CURLE_OPERATION_TIMEDOUT || code == CURLE_COULDNT_CONNECT ||
                        code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
                        code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
    return response;
  }

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
  };
  using Headers = std::unique_ptr<curl_slist, FreeList>;

  static Headers header_list(const HttpRequest& request) {
    Headers list;
    for (const std::string& header : request.headers) {
      curl_slist* const longer = ::curl_slist_append(list.get(), header.c_str());
      if (longer == nullptr) throw error("libcurl: out of memory");
      static_cast<void>(list.release());
      list.reset(longer);
    }
    return list;
  }

  void set_up(const HttpRequest& request, curl_slist* headers, HttpResponse& response) {
    CURL* const curl = curl_.get();
    ::curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    ::curl_easy_setopt(curl, CURLOPT_USERAGENT, (std::string("neuroglot/") + std::string(version)).c_str());
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
    ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(1000 * timeout_));
    ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &CurlClient::take_body);
    ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response.body);
    ::curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &CurlClient::take_header);
    ::curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response.retry_after);
  }

  static std::size_t take_body(char* data, std::size_t, std::size_t size, void* body) {
    static constexpr std::size_t most = std::size_t{16} << 20;  // no judge says so much
    auto& text = *static_cast<std::string*>(body);
    if (text.size() + size > most) return 0;
    text.append(data, size);
    return size;
  }
  static std::size_t take_header(char* data, std::size_t, std::size_t size, void* retry_after) {
    static constexpr std::string_view wanted = "retry-after:";
    const std::string_view line(data, size);
    bool is_wanted = line.size() > wanted.size();
    for (std::size_t i = 0; is_wanted && i < wanted.size(); ++i)
      is_wanted = (line[i] >= 'A' && line[i] <= 'Z' ? line[i] | 0x20 : line[i]) == wanted[i];
    if (is_wanted) {
      const std::string_view value = line.substr(wanted.size());
      *static_cast<std::string*>(retry_after) = value.substr(0, value.find_last_not_of("\r\n ") + 1);
    }
    return size;
  }

  double timeout_;
  std::unique_ptr<CURL, FreeHandle> curl_;
};

}  // namespace neuroglot
