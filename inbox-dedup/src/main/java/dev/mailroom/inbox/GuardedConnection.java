package dev.mailroom.inbox;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import org.jspecify.annotations.Nullable;

/**
 * The connection a handler sees: all of the real one, except what would end the transaction, until
 * the handler has returned. Savepoints are the handler's to use.
 */
final class GuardedConnection implements InvocationHandler, AutoCloseable {

  private final Connection connection;
  private final Connection guarded;
  private volatile boolean ended;

  GuardedConnection(Connection connection) {
    this.connection = connection;
    this.guarded =
        (Connection)
            Proxy.newProxyInstance(
                GuardedConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
  }

  Connection asConnection() {
    return guarded;
  }

  @Override
  public void close() {
    ended = true;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(method, args);
    }
    refuse(method, args == null ? 0 : args.length);
    try {
      return method.invoke(connection, args);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private void refuse(Method method, int parameters) throws SQLException {
    String name = method.getName();
    if (ended) {
      throw new SQLNonTransientException(
          "Connection."
              + name
              + ": the handler that was given this connection has returned;"
              + " do all of its work before it returns, on its thread");
    }
    boolean ends =
        switch (name) {
          case "commit", "close", "abort", "setAutoCommit" -> true;
          case "rollback" -> parameters == 0;
          default -> false;
        };
    if (ends) {
      throw new SQLNonTransientException(
          "Connection."
              + name
              + " is not the handler's to call: the inbox ends the transaction. Return to commit,"
              + " throw to roll back; savepoints can be used in between");
    }
  }

  private @Nullable Object ofObject(Method method, @Nullable Object @Nullable [] args) {
    return switch (method.getName()) {
      case "equals" -> args != null && args[0] == guarded;
      case "hashCode" -> System.identityHashCode(guarded);
      default -> "guarded " + connection;
    };
  }
}
