# find_package(neuroglot) gives the target neuroglot::neuroglot.
include(${CMAKE_CURRENT_LIST_DIR}/neuroglot-dependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/neuroglot-targets.cmake)
