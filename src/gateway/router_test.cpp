// Which route a request belongs to.
#include "gateway/router.h"

#include <gtest/gtest.h>

namespace headroom::gateway {
namespace {

spec::Route route(const std::string& name, const std::string& path,
                  const std::string& method = "") {
  spec::Route made;
  made.name = name;
  made.match.path = path;
  made.match.method = method;
  return made;
}

spec::Config two_services() {
  spec::Config config;
  spec::Service cart;
  cart.name = "cart";
  spec::Route exact = route("cart/pay exact", "/pay");
  exact.match.exact = true;
  spec::Route of_host = route("search/host", "/");
  of_host.match.host = "Beta.example";
  cart.hosts = {"Cart.example", "basket"};
  cart.routes = {route("cart/", "/"), route("cart/pay", "/pay"), exact,
                 route("cart/pay/card", "/pay/card", "POST")};
  spec::Service search;
  search.name = "search";
  search.routes = {route("search/find", "/find"), route("search/find GET", "/find", "GET"), of_host,
                   route("search/dir/", "/dir/"), route("search/again", "/find")};
  config.services = {cart, search};
  return config;
}

struct Case {
  std::string host, path, method, found;
};

TEST(Router, finds_the_route_by_host_path_and_method) {
  const spec::Config config = two_services();
  const Router router(config);
  const std::vector<Case> cases = {
      {"cart", "/", "GET", "cart/"},
      {"CART", "/x", "GET", "cart/"},
      {"cart.EXAMPLE", "/x", "GET", "cart/"},
      {"basket", "/find", "GET", "cart/"},
      {"cart", "/pay", "GET", "cart/pay exact"},
      {"cart", "/pay/", "GET", "cart/pay"},
      {"cart", "/pay/x", "GET", "cart/pay"},
      {"cart", "/payment", "GET", "cart/"},
      {"cart", "/pay/card", "POST", "cart/pay/card"},
      {"cart", "/pay/card", "GET", "cart/pay"},
      {"search", "/find", "GET", "search/find GET"},
      {"search", "/find", "POST", "search/find"},
      {"search", "/dir/x", "GET", "search/dir/"},
      {"search", "/dir", "GET", "none"},
      {"search", "/", "GET", "none"},
      {"beta.example", "/find", "GET", "search/host"},
      {"elsewhere", "/find", "GET", "search/find GET"},
      {"elsewhere", "/x", "GET", "cart/"},
      {"", "/x", "GET", "cart/"},
      {std::string(255, 'a'), "/x", "GET", "cart/"},
      {std::string(256, 'a'), "/x", "GET", "none"},
  };
  for (const Case& c : cases) {
    const Router::Match match = router.find(c.host, c.path, c.method);
    EXPECT_EQ(match.route != nullptr ? match.route->route->name : "none", c.found)
        << c.host << " " << c.path << " " << c.method;
  }
}

TEST(Router, tells_a_method_that_is_not_allowed_from_a_path_that_is_not_there) {
  spec::Config config = two_services();
  config.services[1].routes = {route("search/find", "/find", "GET")};
  const Router router(config);
  EXPECT_EQ(router.find("search", "/find", "POST").miss, Router::Miss::method_not_allowed);
  EXPECT_EQ(router.find("search", "/other", "POST").miss, Router::Miss::no_route);
  EXPECT_EQ(router.find("search", "/find", "GET").miss, Router::Miss::none);
}

TEST(Router, numbers_routes_over_all_services) {
  const spec::Config config = two_services();
  const Router router(config);
  ASSERT_EQ(router.routes().size(), 9U);
  for (std::size_t i = 0; i < router.routes().size(); ++i) EXPECT_EQ(router.routes()[i].index, i);
  EXPECT_EQ(router.routes()[3].service_index, 0U);
  EXPECT_EQ(router.routes()[4].service_index, 1U);
}

}  // namespace
}  // namespace headroom::gateway
