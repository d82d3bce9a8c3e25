package dev.mailroom.testkit;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of {@link LocalAws}: hands every POST to a service, holding no thread meanwhile.
 */
final class Front implements AutoCloseable {

  static final String LOOPBACK = "127.0.0.1";

  /** Above every limit of SQS and SNS, so that the services refuse what is too big, not HTTP. */
  private static final int MAX_REQUEST_BYTES = 16 << 20;

  /** Long polls last 20 s at most. */
  private static final long IDLE_MILLIS = 60_000;

  private static final Logger log = LoggerFactory.getLogger(LocalAws.class);

  private final Server server;
  private final ServerConnector connector;

  private Front(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  static Front start(int port, Service service) {
    QueuedThreadPool threads = new QueuedThreadPool();
    threads.setName("local-aws");
    threads.setDaemon(true);
    Server server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(LOOPBACK);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_MILLIS);
    server.addConnector(connector);
    server.setHandler(new Posts(service));
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("LocalAws could not listen on port " + port, e);
    }
    return new Front(server, connector);
  }

  int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      log.warn("LocalAws did not stop in order", e);
    }
  }

  private static final class Posts extends Handler.Abstract.NonBlocking {

    private final Service service;

    private Posts(Service service) {
      this.service = service;
    }

    @Override
    public boolean handle(
        org.eclipse.jetty.server.Request request, Response response, Callback callback) {
      if (!"POST".equals(request.getMethod())) {
        response.setStatus(HttpStatus.METHOD_NOT_ALLOWED_405);
        callback.succeeded();
        return true;
      }
      if (request.getLength() > MAX_REQUEST_BYTES) {
        response.setStatus(HttpStatus.PAYLOAD_TOO_LARGE_413);
        callback.succeeded();
        return true;
      }
      Promise.Completable<ByteBuffer> body = new Promise.Completable<>();
      CompletableFuture<?> unused =
          body.thenCompose(bytes -> service.call(call(request, bytes)))
              .whenComplete((answer, error) -> reply(request, response, callback, answer, error));
      Content.Source.asByteBuffer(request, body);
      return true;
    }

    private static Request call(org.eclipse.jetty.server.Request request, ByteBuffer body) {
      String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
      return new Request(
          Objects.requireNonNullElse(request.getHttpURI().getPath(), "/"),
          Objects.requireNonNullElse(type, "application/octet-stream"),
          request.getHeaders().get("X-Amz-Target"),
          StandardCharsets.UTF_8.decode(body).toString());
    }

    private static void reply(
        org.eclipse.jetty.server.Request request,
        Response response,
        Callback callback,
        @Nullable Answer answer,
        @Nullable Throwable error) {
      if (answer == null) {
        log.debug("No answer, as when LocalAws stops or the client has hung up", error);
        cut(request);
        callback.succeeded();
      } else if (answer.isCut()) {
        cut(request);
        callback.succeeded();
      } else {
        response.setStatus(answer.status());
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        response.write(true, ByteBuffer.wrap(body), callback);
      }
    }

    /** Ends the connection with a reset, as a crash or a broken network would. */
    private static void cut(org.eclipse.jetty.server.Request request) {
      EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
      if (endPoint.getTransport() instanceof SocketChannel channel) {
        try {
          channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException alreadyClosed) {
          // Then there is nothing to reset.
        }
      }
      endPoint.close();
    }
  }
}
