// The sites: their names, their order, and patterns over them.
#include "neuroglot/hooks/site.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "neuroglot/hooks/site_pattern.hpp"

using namespace neuroglot;

TEST_CASE("the sites are these, in this order, under TransformerLens' names where it has them") {
  std::vector<std::string> names;
  site::All::for_each([&](auto at) { names.push_back(site::full_name(at, 3)); });
  CHECK(names == std::vector<std::string>{"hook_embed",
                                          "blocks.3.hook_resid_pre",
                                          "blocks.3.ln1.hook_output",
                                          "blocks.3.attn.hook_q",
                                          "blocks.3.attn.hook_k",
                                          "blocks.3.attn.hook_v",
                                          "blocks.3.attn.hook_rot_q",
                                          "blocks.3.attn.hook_rot_k",
                                          "blocks.3.attn.hook_attn_scores",
                                          "blocks.3.attn.hook_pattern",
                                          "blocks.3.attn.hook_z",
                                          "blocks.3.hook_attn_out",
                                          "blocks.3.hook_resid_mid",
                                          "blocks.3.ln2.hook_output",
                                          "blocks.3.mlp.hook_expert_weights",
                                          "blocks.3.mlp.hook_pre",
                                          "blocks.3.mlp.hook_act",
                                          "blocks.3.mlp.hook_pre_linear",
                                          "blocks.3.mlp.hook_post",
                                          "blocks.3.hook_mlp_out",
                                          "blocks.3.hook_resid_post",
                                          "ln_final.hook_output",
                                          "logits"});
  CHECK(names.size() == site::All::size);
  CHECK(std::set(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("the order of sites is that of the pass") {
  CHECK(site::order<site::embed> == 0);
  CHECK(site::order<site::mlp_pre> < site::order<site::mlp_act>);
  CHECK(site::order<site::mlp_act> < site::order<site::mlp_pre_linear>);
  CHECK(site::order<site::logits> == site::All::size - 1);
}

TEST_CASE("a pattern's star stands for any run of characters, none included") {
  const SitePatterns patterns("blocks.*.mlp.hook_act,logits");
  CHECK(patterns.fit("blocks.0.mlp.hook_act"));
  CHECK(patterns.fit("blocks.12.mlp.hook_act"));
  CHECK(patterns.fit("logits"));
  CHECK_FALSE(patterns.fit("blocks.0.mlp.hook_pre"));
  CHECK_FALSE(patterns.fit("blocks.0.mlp.hook_act2"));
  CHECK_FALSE(patterns.fit("my_logits"));
  CHECK(SitePatterns("*").fit("hook_embed"));
  CHECK(SitePatterns("hook_embed*").fit("hook_embed"));
  CHECK(SitePatterns("*resid*post").fit("blocks.1.hook_resid_mid_resid_post"));
  CHECK_FALSE(SitePatterns("").fit("logits"));
}

TEST_CASE("a pattern of many stars is decided in no time") {
  CHECK_FALSE(SitePatterns("*a*a*a*a*a*a*a*a*a*a*b").fit(std::string(2000, 'a')));
}

TEST_CASE("a site that a family lacks is refused, and not named among those it has") {
  CHECK_THROWS_WITH(SitePatterns("blocks.*.mlp.hook_pre_linear").require_sites(2, {"mlp.hook_pre_linear"}),
                    Catch::Contains("fits no site") && Catch::Contains("blocks.N.mlp.hook_pre,") &&
                        !Catch::Contains("blocks.N.mlp.hook_pre_linear,"));
}

TEST_CASE("a pattern that fits no site is refused by name, with the sites there are") {
  CHECK_NOTHROW(SitePatterns("blocks.1.hook_resid_pre,,logits").require_sites(2));
  CHECK_THROWS_AS(SitePatterns("blocks.2.hook_resid_pre").require_sites(2), UsageError);
  CHECK_THROWS_WITH(SitePatterns("logits,blocks.0.mlp.hook_atc").require_sites(2),
                    Catch::Contains("\"blocks.0.mlp.hook_atc\"") && Catch::Contains("2 layers") &&
                        Catch::Contains("blocks.N.mlp.hook_act") && Catch::Contains("hook_embed"));
}
