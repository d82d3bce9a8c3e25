package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.tests.crash.CrashProof;
import dev.mailroom.tests.inbox.InboxProof;
import dev.mailroom.tests.prove.Findings;
import org.junit.jupiter.api.Test;

/** The proofs that count and do not measure, in short: other tests may run beside them. */
class DisasterProofsIT {

  @Test
  void crashesLoseAndInventNothingAndKeepTheOrder() throws Exception {
    Findings findings = ProofsIT.prove(new CrashProof(), "--rounds=9");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }

  @Test
  void consumersThatDieTakeEachMessagesEffectOnceAndInOrder() throws Exception {
    Findings findings = ProofsIT.prove(new InboxProof(), "--rounds=5");
    assertThat(findings.areKept()).as(findings.json()).isTrue();
  }
}
