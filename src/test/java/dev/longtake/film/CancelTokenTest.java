package dev.longtake.film;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CancelTokenTest {

    private final CancelToken token = new CancelToken();
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsActionsOnce() {
        token.onCancel(() -> ran.add("first"));
        token.onCancel(() -> ran.add("second")).close();
        assertThatCode(token::check).doesNotThrowAnyException();
        token.cancel();
        token.cancel();
        assertThat(ran).containsExactly("first");
        assertThatThrownBy(token::check).isInstanceOf(CancelledException.class);
    }

    @Test
    void runsLateActionsAtOnce() {
        token.cancel();
        token.onCancel(() -> ran.add("late")).close();
        assertThat(ran).containsExactly("late");
    }
}
