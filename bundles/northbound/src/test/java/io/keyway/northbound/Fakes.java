package io.keyway.northbound;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;

/** Services of which a test needs a few methods only. */
public final class Fakes {

  private Fakes() {}

  /**
   * A service that answers with the public methods of {@code answers} of the same name and number
   * of arguments, or as the interface does by default; any other call fails the test.
   */
  public static <T> T of(Class<T> service, Object answers) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
              case "equals" -> proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> service.getSimpleName() + " of a test";
            };
          }
          int count = arguments == null ? 0 : arguments.length;
          var answer =
              Arrays.stream(answers.getClass().getMethods())
                  .filter(m -> m.getName().equals(method.getName()))
                  .filter(m -> m.getParameterCount() == count)
                  .findFirst();
          if (answer.isEmpty() && method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
          }
          Method known =
              answer.orElseThrow(() -> new UnsupportedOperationException(method.toString()));
          known.setAccessible(true);
          try {
            return known.invoke(answers, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return service.cast(
        Proxy.newProxyInstance(service.getClassLoader(), new Class<?>[] {service}, handler));
  }
}
