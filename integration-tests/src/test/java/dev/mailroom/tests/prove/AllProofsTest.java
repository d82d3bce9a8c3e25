package dev.mailroom.tests.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class AllProofsTest {

  @Command(subcommands = {AllProofs.class, Broken.class, Failing.class, Kept.class})
  private static final class Proofs {}

  @Command(name = "broken")
  private static final class Broken extends Proof {
    @Override
    protected Findings prove(Progress progress) {
      return lost(1);
    }
  }

  @Command(name = "failing")
  private static final class Failing extends Proof {
    @Override
    protected Findings prove(Progress progress) {
      throw new IllegalStateException("no server");
    }
  }

  @Command(name = "kept")
  private static final class Kept extends Proof {
    @Override
    protected Findings prove(Progress progress) {
      return lost(0);
    }
  }

  @Command(subcommands = {AllProofs.class, Kept.class})
  private static final class KeptOnly {}

  private static Findings lost(long count) {
    return new Findings(
        List.of(
            Figure.of("lost", count).exactly(0),
            Figure.of("invented", 0).exactly(0),
            Figure.of("order_violations", 0).exactly(0),
            Figure.of("duplicates", 0)));
  }

  private final StringWriter out = new StringWriter();

  private int run(Object proofs, String... arguments) {
    CommandLine command = new CommandLine(proofs);
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(new StringWriter()));
    return command.execute(arguments);
  }

  @Test
  void eachIsRunInEachTurnAndOneThatIsBrokenEndsNothing() {
    assertThat(run(new Proofs(), "all", "--times", "2", "--json")).isEqualTo(1);
    assertThat(
            out.toString()
                .lines()
                .map(line -> line.replaceAll(" +\\d+(?= )", "").replaceAll(" +", " ")))
        .contains("{\"error\":\"java.lang.IllegalStateException: no server\"}")
        .endsWith(
            "proof turn seconds",
            "broken BROKEN",
            "failing BROKEN",
            "kept kept",
            "broken BROKEN",
            "failing BROKEN",
            "kept kept",
            "all: BROKEN",
            "{\"runs\":6,\"broken\":4}");
  }

  @Test
  void whatIsKeptInAllTurnsIsKept() {
    assertThat(run(new KeptOnly(), "all", "--times=3")).isZero();
    assertThat(out.toString().lines()).endsWith("all: kept");
  }

  @Test
  void aWrongCountIsRefused() {
    assertThat(run(new KeptOnly(), "all", "--times=0")).isEqualTo(2);
  }
}
