package dev.mailroom.tests.backlog;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A relay with little memory drains a large backlog. */
@Command(
    name = "backlog",
    mixinStandardHelpOptions = true,
    description = "A relay with little memory drains a large backlog, each message once.")
public final class BacklogProof extends Proof {

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "3000000",
      description = "waiting, 1 to 100000000 (${DEFAULT-VALUE})")
  private int messages;

  @Option(
      names = "--heap",
      paramLabel = "MB",
      defaultValue = "96",
      description = "of the relay's JVM, 32 to 16384 (${DEFAULT-VALUE})")
  private int heap;

  @Override
  protected void check() {
    require("--messages", messages, 1, 100_000_000);
    require("--heap", heap, 32, 16_384);
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    Backlog.Outcome outcome =
        new Backlog(messages, heap)
            .run(
                written -> progress.show(() -> "written " + written + " of " + messages),
                accepted -> progress.show(() -> "drained " + accepted + " of " + messages));
    Sink.Tally accepted = outcome.accepted();
    return new Findings(
        List.of(
            Figure.of("lost", messages - accepted.distinct()).exactly(0),
            Figure.of("invented", accepted.foreign()).exactly(0),
            Figure.of("order_violations", accepted.disordered()).exactly(0),
            Figure.of("duplicates", accepted.again()).exactly(0),
            Figure.of("rows_left", outcome.left()).exactly(0),
            Figure.of("relay_exit_status", outcome.exitStatus()).exactly(0),
            Figure.of("messages", messages),
            Figure.of("heap_mb", heap),
            Figure.of("seconds", outcome.seconds()),
            Figure.of("msgs_per_second", Math.rint(accepted.distinct() / outcome.seconds()))));
  }
}
