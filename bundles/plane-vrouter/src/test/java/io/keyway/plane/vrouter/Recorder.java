package io.keyway.plane.vrouter;

import io.keyway.plane.vrouter.agent.Agent;
import io.keyway.plane.vrouter.agent.AgentConnector;
import io.keyway.plane.vrouter.agent.AgentException;
import io.keyway.protocol.vrouter.v1.AddSa;
import io.keyway.protocol.vrouter.v1.ApplyRequest;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.ResultCode;
import io.keyway.protocol.vrouter.v1.ResultList;
import io.keyway.protocol.vrouter.v1.SaKeys;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Notes every change on its way to an agent, and what the agent answered, over all connections. It
 * stands on the controller's side, so it sees what was written whether or not an answer came back.
 */
public final class Recorder {

  /**
   * One key on its way to a router.
   *
   * @param print of the key; the key itself is not kept
   */
  public record Install(
      io.keyway.protocol.vrouter.v1.Direction direction, int spi, long generation, String print) {}

  private final List<Install> installs = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<ResultCode> results = new ArrayList<>();
  private int applies;

  /** The same connector, with everything noted. */
  public AgentConnector around(AgentConnector connector) {
    return new AgentConnector() {
      @Override
      public Agent open() throws AgentException {
        return around(connector.open());
      }

      @Override
      public List<String> warnings() {
        return connector.warnings();
      }
    };
  }

  private Agent around(Agent agent) {
    return (Agent)
        Proxy.newProxyInstance(
            Recorder.class.getClassLoader(),
            new Class<?>[] {Agent.class},
            (proxy, method, arguments) -> {
              boolean apply = method.getName().equals("apply");
              if (apply) {
                note((ApplyRequest) arguments[0]);
              }
              try {
                Object answer = method.invoke(agent, arguments);
                if (apply) {
                  answered((CompletableFuture<?>) answer);
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private synchronized void note(ApplyRequest request) {
    applies++;
    for (Change change : request.getChangesList()) {
      if (change.hasAddSa()) {
        AddSa add = change.getAddSa();
        installs.add(
            new Install(
                add.getSa().getId().getDirection(),
                add.getSa().getId().getSpi(),
                request.getExpectedGeneration(),
                print(add.getKeys())));
        changes.add(Change.newBuilder().setAddSa(add.toBuilder().clearKeys()).build());
      } else {
        changes.add(change);
      }
    }
  }

  private void answered(CompletableFuture<?> answer) {
    answer.thenAccept(
        list -> {
          synchronized (this) {
            ((ResultList) list).getResultsList().forEach(result -> results.add(result.getCode()));
          }
        });
  }

  /** Enough of a digest to tell keys apart. */
  public static String print(SaKeys keys) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(keys.getEncryptionKey().asReadOnlyByteBuffer());
      digest.update(keys.getIntegrityKey().asReadOnlyByteBuffer());
      return HexFormat.of().formatHex(digest.digest(), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public synchronized List<Install> installs() {
    return List.copyOf(installs);
  }

  /** Without keys. */
  public synchronized List<Change> changes() {
    return List.copyOf(changes);
  }

  /** Of all items that were answered. */
  public synchronized List<ResultCode> results() {
    return List.copyOf(results);
  }

  /** Calls. */
  public synchronized int applies() {
    return applies;
  }
}
