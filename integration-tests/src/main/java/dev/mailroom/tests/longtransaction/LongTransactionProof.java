package dev.mailroom.tests.longtransaction;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import dev.mailroom.tests.sink.ArrivalAudit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Other people's long transactions do not slow the relay. */
@Command(
    name = "long-transaction",
    mixinStandardHelpOptions = true,
    description =
        "Steady load while a transaction elsewhere stays open: a reading one, a writing one, one"
            + " that wrote to the outbox; and the usual kind of relay beside it.")
public final class LongTransactionProof extends Proof {

  private static final List<Bystander> OURS =
      List.of(Bystander.NONE, Bystander.READING, Bystander.WRITING, Bystander.OUTBOX_WRITER);
  private static final List<Bystander> USUAL = List.of(Bystander.NONE, Bystander.READING);

  private static final double NONE = Double.NEGATIVE_INFINITY;

  /** Of the load; a twentieth is rolled back. */
  private static final double LEAST_OFFERED = 0.8;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "90",
      description = "that each transaction stays open, 2 to 3600 (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--load",
      paramLabel = "N",
      defaultValue = "1000",
      description = "messages a second, 100 to 100000 (${DEFAULT-VALUE})")
  private int load;

  @Option(
      names = "--least-ratio",
      paramLabel = "R",
      defaultValue = "0.97",
      description =
          "delivered to offered, 0.1 to 1; less where the machine is busy (${DEFAULT-VALUE})")
  private double leastRatio;

  @Override
  protected List<String> databases() {
    return List.of("postgresql", "mariadb", "mysql");
  }

  @Override
  protected void check() {
    require("--seconds", seconds, 2, 3_600);
    require("--load", load, 100, 100_000);
    require("--least-ratio", leastRatio, 0.1, 1);
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    Duration open = Duration.ofSeconds(seconds);
    try (LongTransaction proof = new LongTransaction(database(), load, open, progress)) {
      List<Course> ours = proof.mailroom(OURS);
      List<Figure> figures = new ArrayList<>(audited(ours));
      figures.add(Figure.of("load_msgs_per_second", load));
      for (int i = 0; i < OURS.size(); i++) {
        boolean judged = OURS.get(i) == Bystander.READING || OURS.get(i) == Bystander.WRITING;
        String name = OURS.get(i).name().toLowerCase(Locale.ROOT);
        // With less to do than it should have, a relay would have it easy.
        figures.addAll(
            figures(name, ours.get(i), judged ? leastRatio : NONE, LEAST_OFFERED * load));
      }
      List<Course> usual = proof.usual(USUAL);
      figures.addAll(figures("usual_relay_alone", usual.get(0), NONE, NONE));
      figures.addAll(figures("usual_relay", usual.get(1), NONE, NONE));
      return new Findings(figures);
    }
  }

  private static List<Figure> audited(List<Course> courses) {
    ArrivalAudit all = courses.stream().map(Course::audit).reduce(ArrivalAudit::plus).orElseThrow();
    return all.figures(1);
  }

  private static List<Figure> figures(
      String name, Course course, double leastRatio, double leastOffered) {
    return List.of(
        Figure.of("delivered_ratio_" + name, course.deliveredRatio()).atLeast(leastRatio),
        Figure.of("p99_ms_" + name, course.p99Millis()),
        Figure.of("offered_msgs_per_second_" + name, Math.rint(course.offered()))
            .atLeast(leastOffered),
        Figure.of(course.remains().unit() + "_" + name, course.remains().number()));
  }
}
