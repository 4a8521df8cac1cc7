# The compiler's settings for every room; they are one INTERFACE library so that nothing is set globally by accident.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

set(GANGWAY_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
option(GANGWAY_FUZZ "Build the libFuzzer targets" OFF)

# Without the prefix map, debug information and __FILE__ would tell where this tree lies, and a second clone would find
# nothing in ccache (CCACHE_BASEDIR in the presets).
add_library(gangway_settings INTERFACE)
target_compile_options(gangway_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wextra-semi -Wimplicit-fallthrough -Werror
  "SHELL:-Xclang -fno-pch-timestamp"  # so that ccache can tell whether a precompiled header is the same
  -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_compile_definitions(gangway_settings INTERFACE
  _GLIBCXX_ASSERTIONS
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_options(gangway_settings INTERFACE -fuse-ld=lld)

if(GANGWAY_SANITIZE)
  # Reports need line numbers only; full debug information costs a quarter more build time.
  target_compile_options(gangway_settings INTERFACE
    -fsanitize=${GANGWAY_SANITIZE} -fno-sanitize-recover=all -gline-tables-only
    $<IF:$<BOOL:$<TARGET_PROPERTY:GANGWAY_FAST_TO_BUILD>>,-O0,-O1>)
  target_link_options(gangway_settings INTERFACE -fsanitize=${GANGWAY_SANITIZE})
  if(GANGWAY_FUZZ)
    target_compile_options(gangway_settings INTERFACE -fsanitize=fuzzer-no-link)
  endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(gangway_settings INTERFACE -fstack-protector-strong
    "$<IF:$<BOOL:$<TARGET_PROPERTY:GANGWAY_FAST_TO_BUILD>>,-O0,-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
  target_link_options(gangway_settings INTERFACE -pie -Wl,-z,relro,-z,now
    -Wl,--gc-sections,--icf=safe,-z,pack-relative-relocs)  # what is not read at start is not resident either
endif()
