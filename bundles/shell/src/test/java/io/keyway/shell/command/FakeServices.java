package io.keyway.shell.command;

import io.keyway.api.ike.IkeEngine;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.shell.FakeIntentStore;
import io.keyway.shell.FakeSecretStore;
import io.keyway.shell.ShellServices;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;

/** Services of which a test gives only the calls that it expects. */
final class FakeServices extends ShellServices {

  FakeServices intent(FakeIntentStore store) {
    intentStore.set(store);
    return this;
  }

  FakeServices secrets(FakeSecretStore store) {
    secretStore.set(store);
    return this;
  }

  FakeServices tunnels(Map<String, Function<Object[], Object>> calls) {
    tunnelService.set(fake(TunnelService.class, calls));
    return this;
  }

  FakeServices engine(Map<String, Function<Object[], Object>> calls) {
    engineList.add(fake(IkeEngine.class, calls));
    return this;
  }

  FakeServices plane(Map<String, Function<Object[], Object>> calls) {
    planeList.add(fake(DataPlane.class, calls));
    return this;
  }

  FakeServices sad(Map<String, Function<Object[], Object>> calls) {
    sadService.set(fake(SadService.class, calls));
    return this;
  }

  FakeServices spd(Map<String, Function<Object[], Object>> calls) {
    spdService.set(fake(SpdService.class, calls));
    return this;
  }

  private static <T> T fake(Class<T> type, Map<String, Function<Object[], Object>> calls) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Function<Object[], Object> call = calls.get(method.getName());
              if (call == null) {
                throw new UnsupportedOperationException("unexpected call " + method.getName());
              }
              return call.apply(arguments);
            }));
  }
}
