// YAML's surprises are refused, with the line.
#include "spec/document.h"

#include <gtest/gtest.h>

namespace headroom::spec {
namespace {

std::string refusal(std::string_view text) {
  Problems problems;
  const auto document = read_document(text, problems);
  return document ? "none" : format_problem("f", document.error());
}

TEST(Document, the_tree_remembers_lines) {
  Problems problems;
  const auto root = read_document("# comment\na: 1\nb:\n  - x\n  - { c: }\n", problems);
  ASSERT_TRUE(root);
  ASSERT_EQ(root->kind, Value::Kind::map);
  EXPECT_EQ(root->find("a")->line, 2);
  EXPECT_EQ(root->find("a")->value.text, "1");
  const Value& list = root->find("b")->value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].line, 4);
  EXPECT_EQ(list.items[1].line, 5);
  EXPECT_EQ(list.items[1].find("c")->value.kind, Value::Kind::nothing);
  EXPECT_EQ(root->find("z"), nullptr);
}

TEST(Document, what_surprises_is_refused) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "f:1: the file is empty; at least 'services' is needed"},
      {"# only words\n", "f:1: the file is empty; at least 'services' is needed"},
      {"---\n", "f:1: the file is empty; at least 'services' is needed"},
      {"a: \"\\\n\\\x7f\"", "f:2: a control character (0x7f)"},
      {"a: \"\\q\"", "f:1: not valid YAML: unknown escape character: q"},
      {"a: &x 1", "f:1: not valid YAML: anchors (&name) are not supported, write the value out"},
      {"a: &x 1\nb: *x",
       "f:1: not valid YAML: anchors (&name) are not supported, write the value out"},
      {"a:\n  <<: { b: 1 }",
       "f:2: not valid YAML: merge keys (<<) are not supported, write the value out"},
      {"a: !!int 1", "f:1: not valid YAML: tags such as tag:yaml.org,2002:int are not supported"},
      {"? [a]\n: b", "f:1: not valid YAML: a key must be plain text"},
      {"a: 1\n---\nb: 1", "f:2: not valid YAML: a second document starts here, allowed one"},
      {"{ a: 1 }\nb: 1", "f:2: not valid YAML: a second document starts here, allowed one"},
      {"a:\n\tb: 1", "f:2: a tab in the indentation; use spaces"},
      {"a: 1\nb: \"x\n", "f:2: not valid YAML: a quote is never closed"},
      {"a: 'it''s\nb: 1\n", "f:1: not valid YAML: a quote is never closed"},
      {"\xef\xbb\xbf"
       "a: \"x\\\"\nb: 1\n",
       "f:1: not valid YAML: a quote is never closed"},
      {"a: 'it''s'\nb: \"\\\"\"\nc: ''\n", "none"},
      {"a: {b: c {address}}",
       "f:1: not valid YAML: end of map flow not found; text with { or } needs quotes inside a map "
       "in braces"},
      {"a: 1\nb: \xff", "f:2: the file is not UTF-8 text"},
      {std::string("\xff\xfe") + "a", "f:1: the file is not UTF-8 text"},
      {std::string("a: 1\nb: x\0y", 11), "f:2: a control character (0x00)"},
      {"a: 1\nb: x\x04y", "f:2: a control character (0x04)"},
      {std::string(40, '['), "f:1: not valid YAML: nested deeper than 16 levels"},
      {std::string(file_bytes_max + 1, 'x'), "f:1: the file is larger than 1048576 bytes"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_EQ(refusal(text), expected) << text.substr(0, 99);
}

TEST(Document, ten_to_the_ninth_laughs_are_refused_before_they_grow) {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + before + ", *a" +
            before + "]\n";
  }
  EXPECT_EQ(refusal(text),
            "f:1: not valid YAML: anchors (&name) are not supported, write the value out");
}

TEST(Document, too_many_values_are_refused) {
  std::string text = "[";
  for (std::size_t i = 0; i <= document_values_max; ++i) text += "1,";
  EXPECT_EQ(refusal(text + "1]"), "f:1: not valid YAML: more than 100000 values in one file");
}

TEST(Document, a_duplicate_names_both_lines_and_the_first_counts) {
  Problems problems;
  const auto root = read_document("a: 1\nb:\n  - c: 2\n    c: 3\na: 4\n", problems);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->find("a")->value.text, "1");
  const std::vector<Problem> found = problems.take();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(format_problem("f", found[0]), "f:4: b[0].c: duplicate key; it is already on line 3");
  EXPECT_EQ(format_problem("f", found[1]), "f:5: a: duplicate key; it is already on line 1");
}

TEST(Document, line_ends_and_byte_order_mark_of_other_editors_are_fine) {
  EXPECT_EQ(refusal("\xef\xbb\xbf"
                    "a: 1\r\nb: 2\r\n"),
            "none");
}

}  // namespace
}  // namespace headroom::spec
