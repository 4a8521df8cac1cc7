// The one translation unit that holds Asio's own code: BOOST_ASIO_SEPARATE_COMPILATION is set for the whole program.
#include <boost/asio/impl/src.hpp>
