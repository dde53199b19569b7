# Compiler settings shared by every target. HEADROOM_SANITIZE is "", "address" or "thread".
set(HEADROOM_SANITIZE "" CACHE STRING "address (with undefined behaviour), thread, or nothing")
option(BUILD_TESTING "build the tests" ON)
option(HEADROOM_FUZZ "build the libFuzzer targets (clang 19 or newer)" OFF)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# The sloppiness is what precompiled headers need. Debug paths are relative, so that the binaries of
# two checkouts are alike; their caches are apart all the same, as a precompiled header names its
# folder.
find_program(CCACHE ccache)
if(CCACHE)
  set(sloppiness pch_defines,time_macros,include_file_mtime,include_file_ctime)
  set(launcher /usr/bin/env CCACHE_SLOPPINESS=${sloppiness} CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
    ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
add_compile_options(-fdebug-prefix-map=${CMAKE_SOURCE_DIR}=.)

add_library(headroom_options INTERFACE)
target_include_directories(headroom_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(headroom_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion>
  $<$<COMPILE_LANGUAGE:CXX>:-Wno-sign-conversion -Werror>
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off -fno-omit-frame-pointer>)
# GCC 12 reports false positives of these in optimised standard-library code.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(headroom_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-maybe-uninitialized>
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds>)
endif()

# Without vptr: that check asks the kernel for a pipe to look at an object, and takes it for broken
# when descriptors have run out, which tests bring about.
if(HEADROOM_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(HEADROOM_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()
if(HEADROOM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()
