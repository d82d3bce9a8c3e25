package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.tests.backlog.BacklogProof;
import dev.mailroom.tests.crash.CrashProof;
import dev.mailroom.tests.inbox.InboxProof;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The proofs in short; {@code ./mailroom prove} runs them for as long as you like. */
class ProofsIT {

  @Test
  void littleMemoryDrainsALargeBacklog() throws Exception {
    Findings findings = prove(new BacklogProof(), "--messages", "300000");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }

  @Test
  void crashesLoseAndInventNothingAndKeepTheOrder() throws Exception {
    Findings findings = prove(new CrashProof(), "--rounds", "6");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }

  @Test
  void consumersThatDieTakeEachMessagesEffectOnceAndInOrder() throws Exception {
    Findings findings = prove(new InboxProof(), "--rounds", "3");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }

  private static Findings prove(Proof proof, String... options) throws Exception {
    new CommandLine(proof).parseArgs(options);
    try (Progress progress = new Progress(line -> System.out.println(line))) {
      return proof.run(progress);
    }
  }
}
