/// The processes that mpirun has started, where the programs were built with MPI; one process alone otherwise.
#pragma once

#include <memory>

#include "neuroglot/experiment/ranks.hpp"

namespace ng {

/// Usage, in main:
///     ng::Processes processes(argc, argv);
///     return processes.end(ng::guarded("ng-record", [&] { return run(argc, argv, processes.ranks()); }));
class Processes {
 public:
  Processes(int argc, char** argv);
  ~Processes();

  /// Throws UsageError where mpirun has started several, and the programs were built without MPI: each would do all of
  /// the work and write the same files.
  neuroglot::Ranks& ranks();
  /// This process among those on this machine, from 0: which of the machine's devices it takes.
  int number_on_this_machine() const;

  /// Ends what was begun. A status other than 0 ends the other processes too, which would wait for ever.
  int end(int status);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ng
