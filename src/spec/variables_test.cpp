// What `${NAME}` in the file stands for, and that it is data.
#include <gtest/gtest.h>

#include "spec/load.h"

namespace headroom::spec {
namespace {

Config load(const std::string& run_and_more, const Environment& environment) {
  const auto config =
      examine("services:\n  shop:\n    objective: { latency: { p99: 150ms } }\n" + run_and_more,
              "headroom.yaml", environment);
  if (!config) ADD_FAILURE() << format_problem("headroom.yaml", config.error().front());
  return config ? *config : Config{};
}

TEST(Variables, come_from_the_environment) {
  const Environment environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "URL") return "postgres://u:pa ss@db {x}";
    if (name == "PORT") return "8181";
    if (name == "EMPTY") return "";
    return std::nullopt;
  };
  const Config config = load(R"(    run:
      command: ./shop {address} --url=${URL} ${EMPTY}
      env: { A: "${URL}", B: "${MISSING:-fall back}", C: "${PORT:-1}x", D: "$HOME {}" }
gateway: { listen: "127.0.0.1:${PORT}" }
)",
                             environment);
  const spec::Run& process = config.services.at(0).run.value();
  EXPECT_EQ(process.command,
            (std::vector<Template>{"./shop", "{address}", "--url=postgres://u:pa ss@db {x}", ""}));
  EXPECT_EQ(process.env, (std::map<std::string, Template>{{"A", "postgres://u:pa ss@db {x}"},
                                                          {"B", "fall back"},
                                                          {"C", "8181x"},
                                                          {"D", "$HOME {}"}}));
  EXPECT_EQ(config.gateway.listen.front().address, "127.0.0.1:8181");
}

TEST(Variables, are_data_and_never_a_template) {
  const Environment environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "PASSWORD") return "a{port}b${HOME}{{address}}";
    if (name == "OPEN") return "{po";
    return std::nullopt;
  };
  const Config config = load(R"(    run:
      command: ["./shop", "{address}", "--password=${PASSWORD}", "${OPEN}rt}", "$${HOME} {{port}}"]
      env: { A: "${PASSWORD}", B: '{"a":{"port":{port}}}', C: "$${port}" }
gateway: { access_log: "$${PASSWORD}" }
)",
                             environment);
  const spec::Run& process = config.services.at(0).run.value();
  const auto filled = [](const Template& text) {
    return text.fill([](Placeholder placeholder) { return std::string(name(placeholder)); });
  };
  EXPECT_EQ(filled(process.command.at(1)), "address");
  EXPECT_EQ(filled(process.command.at(2)), "--password=a{port}b${HOME}{{address}}");
  EXPECT_EQ(filled(process.command.at(3)), "{port}");
  EXPECT_EQ(filled(process.command.at(4)), "${HOME} {port}");
  EXPECT_EQ(filled(process.env.at("A")), "a{port}b${HOME}{{address}}");
  EXPECT_EQ(filled(process.env.at("B")), R"({"a":{"port":port}})");
  EXPECT_EQ(filled(process.env.at("C")), "${port}");
  EXPECT_EQ(config.gateway.access_log, "${PASSWORD}");
}

}  // namespace
}  // namespace headroom::spec
