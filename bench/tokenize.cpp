// bench_tokenize MODEL TEXTS.jsonl: for each line on stdin encodes every text once and prints the seconds and the
// tokens. tokenization.py runs it beside Hugging Face's tokenizers.
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "neuroglot/text/load_tokenizer.hpp"

int main(int argc, char** argv) {
  using namespace neuroglot;
  if (argc != 3) {
    std::cerr << "usage: bench_tokenize MODEL TEXTS.jsonl\n";
    return 2;
  }
  try {
    const auto tokenizer = load_tokenizer(argv[1]);
    std::vector<std::string> texts;
    std::ifstream file(argv[2]);
    for (std::string line; std::getline(file, line);) texts.push_back(nlohmann::json::parse(line).get<std::string>());
    for (std::string line; std::getline(std::cin, line);) {
      const auto start = std::chrono::steady_clock::now();
      std::size_t tokens = 0;
      for (const std::string& text : texts) tokens += tokenizer->encode(text, SpecialTokens::none).ids.size();
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      std::cout << seconds.count() << ' ' << tokens << std::endl;
    }
  } catch (const std::exception& failure) {
    std::cerr << "bench_tokenize: " << failure.what() << '\n';
    return 1;
  }
}
