package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bytes of a file of 100 a {@code Range} header asks for. */
class RangedFileTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-9, 0, 9", "bytes=90-, 90, 99", "bytes=-10, 90, 99", "bytes=0-, 0, 99", "bytes=95-500, 95, 99",
        "bytes=-500, 0, 99", "bytes=99-99, 99, 99"})
    void readsOneRange(String header, long from, long to) {
        assertThat(RangedFile.parse(header, 100)).contains(new RangedFile.Range(from, to));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0"})
    void findsNothingBeyondTheEnd(String header) {
        assertThat(RangedFile.parse(header, 100)).hasValueSatisfying(
                range -> assertThat(range.length()).isLessThanOrEqualTo(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,5-9", "bytes=9-5", "bytes=-", "lines=0-9", "bytes=a-b", "bytes=99999999999999999999-"})
    void leavesTheRestAlone(String header) {
        assertThat(RangedFile.parse(header, 100)).isEmpty();
    }
}
