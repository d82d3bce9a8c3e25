package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.tests.backlog.BacklogProof;
import dev.mailroom.tests.cluster.ClusterProof;
import dev.mailroom.tests.failover.FailoverProof;
import dev.mailroom.tests.isolation.IsolationProof;
import dev.mailroom.tests.longtransaction.LongTransactionProof;
import dev.mailroom.tests.many.ManyProof;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;

/**
 * The proofs that measure, in short, on PostgreSQL; {@code ./mailroom prove} runs them for as long
 * as you like. The others are in {@link DisasterProofsIT}.
 */
@Isolated("it measures")
class ProofsIT {

  @Test
  void littleMemoryDrainsALargeBacklog() throws Exception {
    Findings findings = prove(new BacklogProof(), "--messages", "300000");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }

  @Test
  void relaysShareHandOverAndTakeOver() throws Exception {
    Findings findings =
        prove(new ClusterProof(), "--relays", "3", "--seconds", "1", "--kills", "1");
    assertNothingIsLostOrInvented(findings);
    assertThat(findings.value("duplicates")).isLessThanOrEqualTo(findings.value("unanswered"));
    assertThat(findings.value("spread")).isLessThanOrEqualTo(1);
    assertThat(findings.value("rewinds_of_a_key")).as(findings.json()).isLessThanOrEqualTo(1);
    assertThat(findings.value("messages")).isGreaterThan(20);
    double lease = findings.value("lease_ms");
    // Generous, for a busy machine; an orderly stop must not wait for the end of the lease, though.
    assertThat(findings.value("handover_ms")).as(findings.json()).isLessThan(lease);
    assertThat(findings.value("takeover_ms")).as(findings.json()).isLessThan(3 * lease);
    assertThat(findings.value("settle_ms")).as(findings.json()).isLessThan(3 * lease);
  }

  @Test
  void manyDestinationsAreAllServed() throws Exception {
    Findings findings =
        prove(new ManyProof(), "--destinations", "100", "--keys", "1000", "--seconds", "3");
    assertNothingIsLostOrInvented(findings);
    assertThat(findings.value("messages")).isEqualTo(1_100);
    assertThat(findings.value("duplicates")).isLessThanOrEqualTo(findings.value("unanswered"));
    // Half a second is how long nobody looks for new destinations; a busy machine takes its time.
    assertThat(findings.value("p99_first_ms")).as(findings.json()).isLessThan(3_000);
    assertThat(findings.value("p99_after_idling_ms")).as(findings.json()).isLessThan(3_000);
  }

  private static void assertNothingIsLostOrInvented(Findings findings) {
    assertThat(findings.value("lost")).as(findings.json()).isZero();
    assertThat(findings.value("invented")).as(findings.json()).isZero();
    assertThat(findings.value("order_violations")).as(findings.json()).isZero();
  }

  @Test
  void aSickDestinationSlowsNoHealthyOne() throws Exception {
    Findings findings =
        prove(
            new IsolationProof(), "--dead=20000", "--pairs=3", "--seconds=1", "--least-ratio=0.7");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }

  @Test
  void longTransactionsElsewhereDoNotHoldUpMessages() throws Exception {
    Findings findings =
        prove(new LongTransactionProof(), "--seconds=2", "--load=500", "--least-ratio=0.8");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }

  @Test
  void aFailoverLosesWhatTheDatabaseLosesAndNoMore() throws Exception {
    Findings findings = prove(new FailoverProof(), "--rounds=1", "--seconds=2");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }

  static Findings prove(Proof proof, String... options) throws Exception {
    new CommandLine(proof).parseArgs(options);
    try (Progress progress = new Progress(line -> System.out.println(line))) {
      return proof.run(progress);
    }
  }
}
