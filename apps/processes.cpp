// The processes of a run, with MPI or without it (NEUROGLOT_MPI). MPI is begun only where mpirun or its like has
// started the program: alone it costs nothing.
#include "processes.hpp"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <string>

#include "neuroglot/core/error.hpp"

#if defined(NEUROGLOT_HAS_MPI)
#include <mpi.h>
#endif

namespace ng {

using namespace neuroglot;

namespace {

/// How many processes were started together, as Open MPI, MPICH and their kin, and SLURM say it; 1 if nobody has.
int processes_started() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS", "MV2_COMM_WORLD_SIZE"})
    if (const char* value = std::getenv(name)) return std::max(1, std::atoi(value));
  return 1;
}

#if defined(NEUROGLOT_HAS_MPI)

/// MPI counts bytes in int: longer messages go in pieces.
template <class Byte, class F>
void in_pieces(std::span<Byte> bytes, F f) {
  constexpr std::size_t piece = std::size_t{1} << 30;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    f(bytes.data() + at, static_cast<int>(std::min(piece, bytes.size() - at)));
}

class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void send(std::span<const std::byte> bytes) override {
    in_pieces(bytes, [](const std::byte* at, int count) { MPI_Send(at, count, MPI_BYTE, 0, 0, MPI_COMM_WORLD); });
  }
  void receive(int from, std::span<std::byte> bytes) override {
    in_pieces(bytes, [from](std::byte* at, int count) {
      MPI_Status status;
      int received = 0;
      MPI_Recv(at, count, MPI_BYTE, from, 0, MPI_COMM_WORLD, &status);
      MPI_Get_count(&status, MPI_BYTE, &received);
      if (received != count)
        throw error("process ", from, " has sent ", received, " bytes where ", count,
                    " were waited for: do all have the same options and files?");
    });
  }
  void broadcast(std::span<std::int64_t> values) override {
    MPI_Bcast(values.data(), static_cast<int>(values.size()), MPI_INT64_T, 0, MPI_COMM_WORLD);
  }

 private:
  int rank_ = 0, size_ = 1;
};

#endif

}  // namespace

struct Processes::State {
  std::unique_ptr<Ranks> ranks = std::make_unique<Ranks>();
  int started = processes_started();
  int number_here = 0;
  bool uses_mpi = false;
};

Processes::Processes([[maybe_unused]] int argc, [[maybe_unused]] char** argv) : state_(std::make_unique<State>()) {
#if defined(NEUROGLOT_HAS_MPI)
  if (state_->started == 1) return;
  MPI_Init(&argc, &argv);  // an MPI that can not begin ends the process with its own message
  state_->uses_mpi = true;
  state_->ranks = std::make_unique<MpiRanks>();
  MPI_Comm here;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, state_->ranks->rank(), MPI_INFO_NULL, &here);
  MPI_Comm_rank(here, &state_->number_here);
  MPI_Comm_free(&here);
#endif
}

Processes::~Processes() = default;

Ranks& Processes::ranks() {
  if (state_->started > 1 && !state_->uses_mpi)
    throw usage_error("mpirun has started ", state_->started,
                      " processes, but this program was built without MPI: install libopenmpi-dev, configure with "
                      "NEUROGLOT_MPI=ON and build again");
  return *state_->ranks;
}

int Processes::number_on_this_machine() const {
  return state_->number_here;
}

int Processes::end(int status) {
#if defined(NEUROGLOT_HAS_MPI)
  if (state_->uses_mpi && status != 0) MPI_Abort(MPI_COMM_WORLD, status);
  if (state_->uses_mpi) MPI_Finalize();
#endif
  return status;
}

}  // namespace ng
