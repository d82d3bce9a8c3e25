package dev.mailroom.tests.prove;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The other proofs of the command that this one belongs to, one after another. */
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    description = "All of these in turn, with their defaults. Goes on after one that is broken.")
final class AllProofs implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "1",
      description = "how often, 1 to 1000 (${DEFAULT-VALUE}); once takes half an hour")
  private int times;

  @Option(
      names = "--json",
      description = "tell what each proof found, and at last the sum, as one JSON object a line")
  private boolean json;

  private record Run(String proof, int turn, boolean kept, Duration took) {

    String line(int width) {
      String row = "%-" + width + "s  %4d  %7d  %s%n";
      return String.format(
          Locale.ROOT, row, proof, turn, took.toSeconds(), kept ? "kept" : "BROKEN");
    }
  }

  @Override
  public Integer call() {
    CommandLine self = Objects.requireNonNull(spec).commandLine();
    if (times < 1 || times > 1_000) {
      throw new ParameterException(self, "--times must be 1 to 1000: " + times);
    }
    List<Run> runs = new ArrayList<>();
    for (int turn = 1; turn <= times; turn++) {
      for (CommandLine each : self.getParent().getSubcommands().values()) {
        if (each.getCommand() instanceof Proof) {
          runs.add(run(each, turn, self.getErr()));
        }
      }
    }
    return tell(runs, self.getOut());
  }

  private Run run(CommandLine proof, int turn, PrintWriter err) {
    err.println("== " + proof.getCommandName() + ", " + turn + " of " + times);
    long began = System.nanoTime();
    int status = json ? proof.execute("--json") : proof.execute();
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    return new Run(proof.getCommandName(), turn, status == 0, took);
  }

  private int tell(List<Run> runs, PrintWriter out) {
    int width = runs.stream().mapToInt(run -> run.proof().length()).max().orElse(1);
    out.printf("%-" + width + "s  %4s  %7s%n", "proof", "turn", "seconds");
    runs.forEach(run -> out.print(run.line(width)));
    long broken = runs.stream().filter(run -> !run.kept()).count();
    out.println("all: " + (broken == 0 ? "kept" : "BROKEN"));
    if (json) {
      out.println("{\"runs\":" + runs.size() + ",\"broken\":" + broken + "}");
    }
    out.flush();
    return broken == 0 ? 0 : 1;
  }
}
