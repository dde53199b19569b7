// Which route a request belongs to.
#include "gateway/router.h"

#include <gtest/gtest.h>

#include "http/parser.h"

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

/// The router of a listener that shows `services`; empty: all.
class Routed {
 public:
  explicit Routed(spec::Config config, const std::vector<std::string>& services = {})
      : config_(std::move(config)),
        routes_(routes_of(config_)),
        router_(routes_, {.name = "x", .address = ":80", .services = services}) {}

  [[nodiscard]] const std::vector<RouteRef>& routes() const { return routes_; }
  [[nodiscard]] Router::Miss miss(std::string_view host, std::string_view path,
                                  std::string_view method) const {
    return router_.find(host, path, method).miss;
  }
  [[nodiscard]] Router::Match find(const http::RequestHead& head) const {
    return router_.find(head);
  }
  /// The name of the route, or of the miss.
  [[nodiscard]] std::string find(const Case& c) const {
    const Router::Match match = router_.find(c.host, c.path, c.method);
    if (match.route != nullptr) return match.route->route->name;
    return match.miss == Router::Miss::unknown_host ? "unknown host" : "none";
  }

 private:
  const spec::Config config_;
  const std::vector<RouteRef> routes_;
  const Router router_;
};

TEST(Router, finds_the_route_by_host_path_and_method) {
  const Routed router(two_services());
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
      {"elsewhere", "/x", "GET", "none"},
      {"", "/find", "GET", "search/find GET"},
      {std::string(255, 'a'), "/find", "GET", "search/find GET"},
      {std::string(256, 'a'), "/find", "GET", "unknown host"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(router.find(c), c.found) << c.host << " " << c.path << " " << c.method;
}

TEST(Router, leads_a_host_that_nobody_names_to_no_service_that_names_others) {
  spec::Config config = two_services();
  config.services[1].hosts = {"search.example"};
  const Routed router(config);
  const std::vector<Case> cases = {{"elsewhere", "/find", "GET", "unknown host"},
                                   {"", "/", "GET", "unknown host"},
                                   {"search.example", "/find", "GET", "search/find GET"},
                                   {"search.example", "/", "GET", "none"},
                                   {"beta.example", "/any", "GET", "search/host"},
                                   {"search", "/find", "GET", "search/find GET"},
                                   {"cart", "/", "GET", "cart/"}};
  for (const Case& c : cases) EXPECT_EQ(router.find(c), c.found) << c.host << " " << c.path;
}

TEST(Router, leads_the_host_of_a_route_to_the_services_that_have_such_a_route) {
  spec::Config config = two_services();
  config.services[0].hosts = {};
  const Routed router(config);
  const std::vector<Case> cases = {{"beta.example", "/any", "GET", "search/host"},
                                   {"beta.example", "/dir/x", "POST", "search/host"},
                                   {"elsewhere", "/any", "GET", "cart/"},
                                   {"elsewhere", "/find", "GET", "search/find GET"}};
  for (const Case& c : cases) EXPECT_EQ(router.find(c), c.found) << c.host << " " << c.path;
}

TEST(Router, of_a_listener_that_shows_some_services_knows_no_others_and_no_service_by_its_name) {
  const std::vector<Case> of_cart = {
      {"cart.example", "/x", "GET", "cart/"},       {"basket", "/x", "GET", "cart/"},
      {"cart", "/x", "GET", "unknown host"},        {"search", "/find", "GET", "unknown host"},
      {"beta.example", "/", "GET", "unknown host"}, {"elsewhere", "/find", "GET", "unknown host"}};
  const Routed cart(two_services(), {"cart"});
  for (const Case& c : of_cart) EXPECT_EQ(cart.find(c), c.found) << c.host << " " << c.path;
  const std::vector<Case> of_search = {{"cart.example", "/x", "GET", "none"},
                                       {"cart.example", "/find", "GET", "search/find GET"},
                                       {"search", "/find", "GET", "search/find GET"},
                                       {"elsewhere", "/find", "GET", "search/find GET"}};
  const Routed search(two_services(), {"search"});
  for (const Case& c : of_search) EXPECT_EQ(search.find(c), c.found) << c.host << " " << c.path;
}

TEST(Router, tells_a_method_that_is_not_allowed_from_a_path_that_is_not_there) {
  spec::Config config = two_services();
  config.services[1].routes = {route("search/find", "/find", "GET")};
  const Routed router(config);
  EXPECT_EQ(router.miss("search", "/find", "POST"), Router::Miss::method_not_allowed);
  EXPECT_EQ(router.miss("search", "/other", "POST"), Router::Miss::no_route);
  EXPECT_EQ(router.miss("search", "/find", "GET"), Router::Miss::none);
}

spec::Route as_is(spec::Route made) {
  made.path_as_is = true;
  return made;
}

/// Where a request for `path` is led, as a parser hands it on: a route's name or a refusal.
std::string led(const Routed& router, const std::string& path) {
  http::RequestParser parser(http::Limits{});
  const std::string bytes = "GET " + path + " HTTP/1.1\r\nHost: shop\r\n\r\n";
  if (parser.next(bytes).event != http::Event::head) return std::string(parser.refusal().reason);
  const Router::Match match = router.find(parser.head());
  if (!match.refusal.empty()) return std::string(match.refusal);
  return match.route == nullptr ? "none" : match.route->route->name;
}

TEST(Router, sees_through_percent_encoding) {
  spec::Config config = two_services();
  config.services[0].hosts = {"shop"};
  config.services[0].routes = {route("root", "/"), route("admin", "/admin")};
  const Routed router(config);
  EXPECT_EQ(led(router, "/admin/x"), "admin");
  EXPECT_EQ(led(router, "/%61dmin/x"), "admin");
  EXPECT_EQ(led(router, "/%61%64%6D%69n"), "admin");
  EXPECT_EQ(led(router, "/%2561dmin"), "root");
}

TEST(Router, lets_no_path_reach_a_route_around_another) {
  spec::Config config;
  spec::Service service;
  service.name = "shop";
  spec::Route exact = route("exact", "/files/one");
  exact.match.exact = true;
  service.routes = {as_is(route("files", "/files")),
                    route("private", "/files/private"),
                    exact,
                    as_is(route("open", "/files/private/open")),
                    route("admin", "/admin"),
                    as_is(route("objects", "/objects/"))};
  config.services = {service};
  const Routed router(config);
  const std::pair<const char*, const char*> cases[] = {
      // What needs it passes where it was asked for, and only there.
      {"/files/a//b", "files"},
      {"/files//a", "files"},
      {"/files/@scope%2Fname", "files"},
      {"/files/@scope%2fprivate", "files"},
      {"/files/a%5Cb", "files"},
      {"/files/", "files"},
      {"/objects//a", "objects"},
      {"/files/private/open/a//b", "open"},
      {"/files/private/a//b", "empty_segment"},
      {"/admin%2Fx", "none"},
      {"/admin/%2Fx", "encoded_slash"},
      // A reading by which another route would have been found.
      {"/files//private", "ambiguous_route"},
      {"/files/%2Fprivate/x", "ambiguous_route"},
      {"/files//%70rivate", "ambiguous_route"},
      {"/files/%5Cprivate", "ambiguous_route"},
      {"/files//private%2Fx", "ambiguous_route"},
      {"/files//one", "ambiguous_route"},
      {"/files/private//open", "empty_segment"},
      {"/files/private/open%2F..%2F", "dot_segment"},
      {"/files%2Fprivate", "none"},
      // No path leaves its route.
      {"/files/../admin", "dot_segment"},
      {"/files/..%2Fadmin", "dot_segment"},
      {"/files/%2e%2e/admin", "dot_segment"},
      {"/files%2F..%2Fadmin", "dot_segment"},
      {"/files/a//../../admin", "dot_segment"},
      {"/files/x%5C..%5Cprivate", "dot_segment"},
      {"/files/./private", "dot_segment"},
      {"/files/..;/admin", "dot_segment"},
      {"//files/a", "none"},
      {"//admin", "none"},
      {"/%2Fadmin", "none"},
  };
  for (const auto& [path, expected] : cases) EXPECT_EQ(led(router, path), expected) << path;
}

TEST(Router, leads_a_path_with_unclear_slashes_to_no_root_that_others_stand_beside) {
  spec::Config config;
  spec::Service service;
  service.name = "shop";
  service.routes = {as_is(route("root", "/")), route("admin", "/admin")};
  config.services = {service};
  const Routed router(config);
  EXPECT_EQ(led(router, "//"), "root");
  EXPECT_EQ(led(router, "/a//b%2Fadmin"), "root");
  for (const char* around : {"//admin", "/%2Fadmin", "/%5Cadmin/x", "//%61dmin", "/admin%2Fx"})
    EXPECT_EQ(led(router, around), "ambiguous_route") << around;
}

TEST(Router, numbers_routes_over_all_services) {
  const Routed router(two_services());
  ASSERT_EQ(router.routes().size(), 9U);
  for (std::size_t i = 0; i < router.routes().size(); ++i) EXPECT_EQ(router.routes()[i].index, i);
  EXPECT_EQ(router.routes()[3].service_index, 0U);
  EXPECT_EQ(router.routes()[4].service_index, 1U);
}

}  // namespace
}  // namespace headroom::gateway
