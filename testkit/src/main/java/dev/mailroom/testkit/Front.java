package dev.mailroom.testkit;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of {@link LocalAws}: hands every POST to a service, holding no thread meanwhile.
 */
final class Front implements AutoCloseable {

  static final String LOOPBACK = "127.0.0.1";

  /** Above every limit of SQS and SNS, so that the services refuse what is too big, not HTTP. */
  private static final long MAX_REQUEST_BYTES = 16L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(LocalAws.class);

  private final Javalin javalin;

  private Front(Javalin javalin) {
    this.javalin = javalin;
  }

  static Front start(int port, Service service) {
    Javalin javalin =
        Javalin.create(
            config -> {
              quietly(config);
              config.http.maxRequestSize = MAX_REQUEST_BYTES;
              config.http.compressionStrategy = CompressionStrategy.NONE;
              config.routes.post("/*", context -> serve(context, service));
            });
    return new Front(javalin.start(LOOPBACK, port));
  }

  private static void quietly(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
  }

  int port() {
    return javalin.port();
  }

  private static void serve(Context context, Service service) {
    Request request =
        new Request(
            context.path(),
            Objects.requireNonNullElse(context.contentType(), "application/octet-stream"),
            context.header("X-Amz-Target"),
            new String(context.bodyAsBytes(), StandardCharsets.UTF_8));
    context.future(() -> service.call(request).thenAccept(answer -> write(context, answer)));
  }

  private static void write(Context context, Answer answer) {
    if (answer.isCut()) {
      cut(context);
      return;
    }
    try {
      context.status(answer.status());
      answer.headers().forEach(context::header);
      context.result(answer.body().getBytes(StandardCharsets.UTF_8));
    } catch (IllegalStateException e) {
      LOG.debug("The client hung up before its answer came: {}", e.getMessage());
    }
  }

  /** Ends the connection with a reset, as a crash or a broken network would. */
  private static void cut(Context context) {
    EndPoint endPoint =
        ServletContextRequest.getServletContextRequest(context.req())
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint();
    if (endPoint.getTransport() instanceof SocketChannel channel) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException alreadyClosed) {
        // Then there is nothing to reset.
      }
    }
    endPoint.close();
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
