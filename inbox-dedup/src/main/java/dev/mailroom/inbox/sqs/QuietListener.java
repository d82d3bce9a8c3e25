package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The user's listener, whose exceptions change nothing here. */
final class QuietListener {

  private static final Logger log = LoggerFactory.getLogger(QuietListener.class);

  private QuietListener() {}

  static InboxListener of(InboxListener listener) {
    return (InboxListener)
        Proxy.newProxyInstance(
            InboxListener.class.getClassLoader(),
            new Class<?>[] {InboxListener.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(listener, arguments);
              } catch (InvocationTargetException e) {
                log.warn(
                    "{} threw; the consumer goes on",
                    listener.getClass().getName(),
                    e.getTargetException());
                return null;
              }
            });
  }
}
