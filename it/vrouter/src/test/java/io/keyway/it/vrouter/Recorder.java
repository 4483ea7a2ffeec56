package io.keyway.it.vrouter;

import io.keyway.plane.vrouter.agent.Agent;
import io.keyway.plane.vrouter.agent.AgentConnector;
import io.keyway.plane.vrouter.agent.AgentException;
import io.keyway.protocol.vrouter.v1.AddSa;
import io.keyway.protocol.vrouter.v1.ApplyRequest;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.QuerySasRequest;
import io.keyway.protocol.vrouter.v1.ResultCode;
import io.keyway.protocol.vrouter.v1.SaId;
import io.keyway.protocol.vrouter.v1.SaStatus;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Notes every SA that is given to an agent, with its keys, for judges that look at the wire, and
 * what it had counted before it was taken away. Only tests know keys, and only those of their own
 * peers.
 */
final class Recorder {

  private final List<AddSa> added = new CopyOnWriteArrayList<>();
  private final List<SaStatus> last = new CopyOnWriteArrayList<>();

  /** The same connector, looked at. */
  AgentConnector watch(AgentConnector connector) {
    return new AgentConnector() {
      @Override
      public Agent open() throws AgentException {
        return watched(connector.open());
      }

      @Override
      public List<String> warnings() {
        return connector.warnings();
      }
    };
  }

  private Agent watched(Agent agent) {
    return (Agent)
        Proxy.newProxyInstance(
            Agent.class.getClassLoader(),
            new Class<?>[] {Agent.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("apply")) {
                ApplyRequest request = (ApplyRequest) arguments[0];
                note(request);
                List<SaId> removed = removed(request);
                if (!removed.isEmpty()) {
                  return lastLook(agent, removed).thenCompose(done -> agent.apply(request));
                }
              }
              try {
                return method.invoke(agent, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static List<SaId> removed(ApplyRequest request) {
    return request.getChangesList().stream()
        .filter(Change::hasDelSa)
        .map(change -> change.getDelSa().getId())
        .toList();
  }

  /** Their counters go with them. */
  private CompletableFuture<Void> lastLook(Agent agent, List<SaId> removed) {
    return agent
        .querySas(QuerySasRequest.newBuilder().addAllIds(removed).build())
        .thenAccept(
            answer ->
                answer.getSasList().stream()
                    .filter(status -> status.getResult().getCode() == ResultCode.OK)
                    .forEach(last::add));
  }

  private void note(ApplyRequest request) {
    // A copy, as the caller wipes what it sent.
    request.getChangesList().stream()
        .filter(Change::hasAddSa)
        .forEach(change -> added.add(copy(change.getAddSa())));
  }

  private static AddSa copy(AddSa sa) {
    try {
      return AddSa.parseFrom(sa.toByteArray());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What an agent had counted when an SA was about to be removed. */
  List<SaStatus> last() {
    return List.copyOf(last);
  }

  /** In the order of their installs. */
  List<AddSa> added() {
    return List.copyOf(added);
  }
}
