package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.InboxListener.Finding;
import dev.mailroom.inbox.InboxListener.Finding.Kind;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a consumer finds wrong with its queue: each kind is told once. Thread-safe. */
final class Findings {

  private static final Logger log = LoggerFactory.getLogger(Findings.class);

  private final String source;
  private final InboxListener listener;
  private final Set<Kind> told = ConcurrentHashMap.newKeySet();

  Findings(String source, InboxListener listener) {
    this.source = source;
    this.listener = listener;
  }

  InboxListener listener() {
    return listener;
  }

  void tell(Kind kind, String advice) {
    if (told.add(kind)) {
      log.warn("Queue {}: {}", source, advice);
      listener.found(new Finding(kind, source, advice));
    }
  }
}
