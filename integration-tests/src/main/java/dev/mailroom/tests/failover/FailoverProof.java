package dev.mailroom.tests.failover;

import dev.mailroom.tests.failover.Failover.Replication;
import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import dev.mailroom.tests.sink.ArrivalAudit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A failover to a synchronous standby loses nothing, one to an asynchronous what it has to. */
@Command(
    name = "failover",
    mixinStandardHelpOptions = true,
    description =
        "A streaming standby is promoted under load: a synchronous one, and one that was behind.")
public final class FailoverProof extends Proof {

  /** Generous; what never came at all is no number, and breaks it. */
  private static final double LONGEST_OUTAGE_MILLIS = 60_000;

  /** Of the load before and after; a twentieth is rolled back, and none is written in between. */
  private static final double LEAST_WRITTEN = 0.5;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "failovers of each kind, 1 to 1000 (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "8",
      description = "of load before and after each, 1 to 3600 (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--load",
      paramLabel = "N",
      defaultValue = "400",
      description = "messages a second, 100 to 100000 (${DEFAULT-VALUE})")
  private int load;

  @Override
  protected void check() {
    require("--rounds", rounds, 1, 1_000);
    require("--seconds", seconds, 1, 3_600);
    require("--load", load, 100, 100_000);
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    progress.say(
        "the embedded binaries have no pg_basebackup: a standby begins as a copy of the files,"
            + " taken between pg_backup_start and pg_backup_stop");
    List<Aftermath> synchronous = new ArrayList<>();
    List<Aftermath> asynchronous = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      synchronous.add(failOver(Replication.SYNCHRONOUS, progress));
      asynchronous.add(failOver(Replication.ASYNCHRONOUS, progress));
    }
    ArrivalAudit sync = audit(synchronous);
    ArrivalAudit async = audit(asynchronous);
    long offered = 4L * rounds * seconds * load;
    List<Figure> figures =
        new ArrayList<>(sync.plus(async).figures(Math.round(LEAST_WRITTEN * offered)));
    figures.addAll(
        List.of(
            Figure.of("failovers", 2L * rounds),
            Figure.of("lost_commits_synchronous", lostCommits(synchronous)).exactly(0),
            Figure.of("lost_commits_sent_synchronous", lostCommitsSent(synchronous)).exactly(0),
            Figure.of("duplicates_synchronous", sync.duplicates()),
            Figure.of("outage_ms_synchronous", longest(synchronous, Aftermath::outageMillis))
                .atMost(LONGEST_OUTAGE_MILLIS),
            Figure.of(
                "longest_wait_ms_synchronous", longest(synchronous, Aftermath::longestWaitMillis)),
            Figure.of("lost_commits_asynchronous", lostCommits(asynchronous)).atLeast(1),
            Figure.of("lost_commits_sent", lostCommitsSent(asynchronous)).atLeast(1),
            Figure.of("duplicates_asynchronous", async.duplicates()),
            Figure.of("outage_ms_asynchronous", longest(asynchronous, Aftermath::outageMillis))
                .atMost(LONGEST_OUTAGE_MILLIS),
            Figure.of(
                "longest_wait_ms_asynchronous",
                longest(asynchronous, Aftermath::longestWaitMillis))));
    return new Findings(figures);
  }

  private Aftermath failOver(Replication replication, Progress progress) throws Exception {
    return new Failover(replication, load, Duration.ofSeconds(seconds), progress).run();
  }

  private static ArrivalAudit audit(List<Aftermath> all) {
    return all.stream().map(Aftermath::audit).reduce(ArrivalAudit::plus).orElseThrow();
  }

  private static long lostCommits(List<Aftermath> all) {
    return all.stream().mapToLong(Aftermath::lostCommits).sum();
  }

  private static long lostCommitsSent(List<Aftermath> all) {
    return all.stream().mapToLong(Aftermath::lostCommitsSent).sum();
  }

  private static double longest(List<Aftermath> all, ToDoubleFunction<Aftermath> millis) {
    return all.stream().mapToDouble(millis).max().orElseThrow();
  }
}
