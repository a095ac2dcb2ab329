/// The page of a report: summary, figures with what is to be seen in them, tables, protocol.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_fact_neurons_section.hpp"
#include "neuroglot/experiment/facts/report_factors_section.hpp"
#include "neuroglot/experiment/facts/report_probe_section.hpp"
#include "neuroglot/experiment/facts/report_roots_section.hpp"
#include "neuroglot/experiment/facts/report_sharing_section.hpp"
#include "neuroglot/experiment/judging/report_judgement_section.hpp"
#include "neuroglot/experiment/report_captions.hpp"
#include "neuroglot/experiment/report_figures.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_panels.hpp"
#include "neuroglot/experiment/report_perplexity_figures.hpp"
#include "neuroglot/experiment/report_protocol.hpp"
#include "neuroglot/experiment/report_rates.hpp"
#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_set_figures.hpp"
#include "neuroglot/experiment/report_similarity_section.hpp"
#include "neuroglot/experiment/report_tables.hpp"
#include "neuroglot/experiment/report_title.hpp"
#include "neuroglot/version.hpp"

namespace neuroglot::report {

/// A figure in both its forms.
struct DrawnFigure {
  Figure figure;
  std::string svg;  ///< a whole file
  std::string png;
};

inline DrawnFigure draw(Figure figure) {
  std::string svg = svg_file(figure), png = png_file(figure);
  return {std::move(figure), std::move(svg), std::move(png)};
}

struct Report {
  std::string html;
  std::vector<DrawnFigure> figures;
};

namespace detail {

inline std::string fact(const std::string& number, const std::string& what) {
  return "<div><dl>" + element("dt", html(what)) + element("dd", html(number)) + "</dl></div>\n";
}

/// Of the first set of neurons.
inline std::string perplexity_facts(const Panel& panel) {
  const Perplexities& ppl = panel.ppl;
  const std::string of_set = panel.label.empty() ? "" : ", " + panel.label;
  std::string all;
  if (const std::vector<Diagonal> cells = diagonal(ppl); !cells.empty()) {
    double own = 0;
    for (const Diagonal& cell : cells) own += relative(ppl, cell.row, cell.column);
    all += fact(signed_percent(own / static_cast<double>(cells.size())),
                "perplexity of a language with its own neurons off, mean" + of_set);
  }
  if (const std::optional<std::size_t> random = ppl.row("random")) {
    double sum = 0;
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) sum += relative(ppl, *random, c);
    all += fact(signed_percent(sum / static_cast<double>(ppl.columns.size())),
                "with as many random neurons off, mean" + of_set);
  }
  return all;
}

/// Of the first model.
inline std::string probe_facts(const ProbeSection& probe) {
  return fact(grouped(probe.facts), "facts asked, over all languages") +
         fact(fixed(100 * probe.macro[0].value, 1) + "%", "P@1 (" + probe.measures[0] + "), mean over languages");
}

/// The numbers that one looks for first.
inline std::string facts(const Run& run) {
  std::string all = fact(std::to_string(run.languages.size()), run.languages.size() == 1 ? "language" : "languages");
  if (run.selection) {
    const NeuronSet& set = run.selection->neurons;
    const Index neurons = set.layers * set.neurons_per_layer;
    all += fact(grouped(set.unique()), "language-specific neurons, " +
                                           percent(static_cast<double>(set.unique()) / static_cast<double>(neurons)) +
                                           " of " + grouped(neurons));
  }
  if (run.perplexities) all += perplexity_facts(panels(*run.perplexities).front());
  if (!run.probes.empty()) all += probe_facts(run.probes.front());
  if (run.sharing && run.sharing->mean)
    all += fact(fixed(*run.sharing->mean, 2), "of the facts that either of two languages predicts both do, mean");
  return element("div", all, "facts");
}

inline std::string missing(std::string_view file, std::string_view program) {
  return element(
      "p", "<code>" + html(file) + "</code> is not in the run folder: <code>" + html(program) + "</code> makes it.",
      "missing");
}

/// Sections are added one after the other; figures are numbered as they come.
class ReportWriter {
  std::string add(Figure figure, const std::string& caption) {
    figures_.push_back(draw(std::move(figure)));
    const DrawnFigure& drawn = figures_.back();
    return report::figure(svg_element(drawn.svg, drawn.figure.name), static_cast<int>(figures_.size()),
                          drawn.figure.title, html(caption));
  }

  /// What sections add their figures with.
  auto adder() {
    return [this](Figure figure, const std::string& caption) { return add(std::move(figure), caption); };
  }

 public:
  explicit ReportWriter(const Run& run) : run_(run) {}

  Report write() {
    const std::string title = report_title(run_);
    std::string languages;
    for (const std::string& language : run_.languages)
      languages += (languages.empty() ? "" : ", ") + language_name(language);
    std::string body = element("h1", html(title)) + element("p", html(languages), "lead") + facts(run_);
    if (has_language_neurons(run_)) {
      body += section("Perplexity with neurons switched off", perplexity());
      body += section("Neurons of each language", selection());
      body += section("How often neurons are active", activation());
      body += section("Similarity of languages, layer by layer", similarity());
    }
    if (run_.judgement) body += section("Answers with neurons off and on", judgement_html(*run_.judgement, adder()));
    if (!run_.probes.empty()) body += section("Facts that are predicted", probe_html(run_.probes, adder()));
    if (run_.factors) body += section("What P@1 goes with", factors_html(*run_.factors, adder()));
    if (run_.sharing) body += section("Facts that languages share", sharing_html(*run_.sharing, adder()));
    if (run_.fact_neurons) body += section("Neurons of facts", fact_neurons_html(*run_.fact_neurons, adder()));
    if (run_.roots) body += section("Roots of facts", roots_html(*run_.roots, adder()));
    body += section("Protocol", protocol_html(run_));
    body += element("p",
                    "Made by ng-report of neuroglot " + html(version) + " from <code>" + html(run_.folder.string()) +
                        "</code>. Method: " + std::string(paper_of(run_)) + ".",
                    "small");
    return {page(title, body), std::move(figures_)};
  }

 private:
  std::string perplexity() {
    if (!run_.perplexities && !run_.rates && !run_.rate_curves) return missing("perplexity.json", "ng-perplexity");
    std::string all;
    if (run_.perplexities) all += matrices(panels(*run_.perplexities));
    if (run_.rates)
      all += add(rates_figure(*run_.rates), rates_caption(*run_.rates)) + to_html(rates_table(*run_.rates));
    if (run_.rate_curves)
      all += add(rate_curves_figure(*run_.rate_curves), rate_curves_caption(*run_.rate_curves)) +
             to_html(rate_curves_table(*run_.rate_curves));
    return all;
  }

  /// One set of neurons, or several beside each other with the tables of each below.
  std::string matrices(const std::vector<Panel>& of_sets) {
    if (of_sets.size() == 1) {
      const Perplexities& ppl = of_sets[0].ppl;
      return add(perplexity_figure(ppl), perplexity_caption(ppl)) + to_html(ppl_table(ppl)) + to_html(nll_table(ppl));
    }
    std::string all = add(perplexity_figure(of_sets), panels_caption(of_sets));
    for (const auto& [label, ppl] : of_sets)
      all += element("h3", html(label)) + to_html(ppl_table(ppl)) + to_html(nll_table(ppl));
    const std::vector<SetDescription>& sets = run_.perplexities->sets;
    if (sets.empty()) return all;
    all += element("h3", "Neurons by method") + to_html(set_table(sets));
    if (sets.front().counts.languages.size() > series_colours.size()) return all;  // could not be told apart
    return all + add(layer_panels(sets), layer_panels_caption(sets));
  }

  std::string selection() {
    if (!run_.selection) return missing("neurons.json", "ng-select");
    const NeuronSet& set = run_.selection->neurons;
    const std::string by_language = add(language_figure(set), language_caption(set));
    return by_language + to_html(language_table(set)) + add(layer_figure(set), layer_caption(set));
  }

  std::string activation() {
    if (!run_.activations) return missing("stats.safetensors", "ng-record");
    const std::optional<double> bar =
        run_.selection && run_.selection->neurons.method == "lape" ? run_.selection->bar : std::nullopt;
    return add(activation_figure(*run_.activations, bar), activation_caption(*run_.activations, bar.has_value())) +
           to_html(activation_table(*run_.activations));
  }

  std::string similarity() {
    if (!run_.similarity) return missing("similarity.json", "ng-similarity");
    return similarity_html(*run_.similarity, adder());
  }

  const Run& run_;
  std::vector<DrawnFigure> figures_;
};

}  // namespace detail

/// Throws Error where gnuplot is not installed.
inline Report make_report(const Run& run) {
  return detail::ReportWriter(run).write();
}

}  // namespace neuroglot::report
