# gangway_room(NAME SEES room... USES library... [TEST_COST seconds])
#
# Declares src/NAME as one static library gangway_NAME: every *.cpp in the folder but the tests, its own include root
# (include/gangway/NAME/*.hpp), and, when there are *_test.cpp files, the test program gangway_NAME_test.
# SEES lists the rooms it may include; they must have been added before, which is what enforces the layering.
# TEST_COST is about how long the test program runs under a sanitizer: CTest begins with what takes longest.
function(gangway_room name)
  cmake_parse_arguments(arg "" "TEST_COST" "SEES;USES" ${ARGN})
  set(target gangway_${name})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS include/*.hpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")

  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  target_link_libraries(${target} ${scope} gangway_settings ${arg_USES})
  foreach(room IN LISTS arg_SEES)
    if(NOT TARGET gangway_${room})
      message(FATAL_ERROR "room ${name} may not see ${room}: it does not stand above it")
    endif()
    target_link_libraries(${target} ${scope} gangway_${room})
  endforeach()

  # What takes a second to read and nearly all sources of the rooms with sockets read. Not in the others: it refers to the
  # compiled part of Asio, which lies in net.
  if(name STREQUAL net OR net IN_LIST arg_SEES)
    set(precompiled
      <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/experimental/awaitable_operators.hpp>
      <boost/asio/ip/tcp.hpp> <boost/asio/steady_timer.hpp> <boost/asio/strand.hpp> <boost/asio/use_awaitable.hpp>)
    target_precompile_headers(${target} PRIVATE ${precompiled})
    if(GANGWAY_SANITIZE)
      # Coroutines take long to compile and mostly wait; what computes lies in the other rooms.
      set_target_properties(${target} PROPERTIES GANGWAY_FAST_TO_BUILD ON)
    endif()
  endif()

  if(tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} GTest::gmock GTest::gtest_main)
    target_precompile_headers(${target}_test PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${precompiled})
    # Half the build time; at run time it is the rooms that cost.
    set_target_properties(${target}_test PROPERTIES GANGWAY_FAST_TO_BUILD ON)
    add_test(NAME unit.${name} COMMAND ${target}_test --gtest_brief=1)
    set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 600)
    if(arg_TEST_COST)
      set_tests_properties(unit.${name} PROPERTIES COST ${arg_TEST_COST})
    endif()
  endif()
endfunction()
