# What the headers of experiment/judging need besides the library's own: CLD2 (libcld2-dev) and libcurl (libcurl4-openssl-dev). Gives
# the target neuroglot_judging, or one line that says why there is none.
find_path(CLD2_INCLUDE_DIR cld2/public/compact_lang_det.h)
find_library(CLD2_LIBRARY cld2)
find_package(CURL 7.85 QUIET)
if(CLD2_INCLUDE_DIR AND CLD2_LIBRARY AND CURL_FOUND)
  add_library(neuroglot_judging INTERFACE)
  target_include_directories(neuroglot_judging SYSTEM INTERFACE ${CLD2_INCLUDE_DIR})
  target_link_libraries(neuroglot_judging INTERFACE neuroglot ${CLD2_LIBRARY} CURL::libcurl)
else()
  message(STATUS "ng-judge and its tests are not built: CLD2 or libcurl is missing (setup/debian.sh installs libcld2-dev and libcurl4-openssl-dev)")
endif()
