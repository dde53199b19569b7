// Placeholders: which braces are one, which are text, and that data is never looked into.
#include "spec/template.h"

#include <gtest/gtest.h>

namespace headroom::spec {
namespace {

std::string filled(const Template& text) {
  return text.fill(
      [](Placeholder placeholder) { return "<" + std::string(name(placeholder)) + ">"; });
}

TEST(Template, braces_around_a_known_word_are_a_placeholder_and_others_are_text) {
  const std::pair<const char*, const char*> cases[] = {
      {"--listen={address}", "--listen=<address>"},
      {"{host} {port} {replica}{port}", "<host> <port> <replica><port>"},
      {R"({"a":{"b":{}},"port":{port}})", R"({"a":{"b":{}},"port":<port>})"},
      {"{} {Port} {port1} { port } {a,b} {port", "{} {Port} {port1} { port } {a,b} {port"},
      {"port} }{ {{{ }}}", "port} }{ {{{ }}}"},
      {"{{ .ID }} {{.port}}", "{{ .ID }} {{.port}}"},
      // One more pair of braces takes a word for text.
      {"{{port}}", "{port}"},
      {"{{{port}}}", "{{port}}"},
      {"{{word}} {{}}", "{word} {{}}"},
      // What is not a pair stands outside.
      {"{{port}", "{<port>"},
      {"{port}}", "<port>}"},
      {"{{{port}}", "{{port}"},
  };
  for (const auto& [written, expected] : cases) EXPECT_EQ(filled(written), expected) << written;
}

TEST(Template, a_word_that_is_no_placeholder_is_told) {
  Template text;
  EXPECT_EQ(text.add_written("{port} {{prot}} {} {\"a\":1}"), "");
  EXPECT_EQ(text.add_written("{prot} {prt}"), "prot");
}

TEST(Template, data_is_never_looked_into) {
  Template text;
  (void)text.add_written("a={port");
  text.add_data("} {port} {{port}} ${X}");
  (void)text.add_written("}");
  EXPECT_EQ(filled(text), "a={port} {port} {{port}} ${X}}");
  EXPECT_FALSE(text.has(Placeholder::port));
  EXPECT_TRUE(Template("x{port}").has(Placeholder::port));
}

}  // namespace
}  // namespace headroom::spec
