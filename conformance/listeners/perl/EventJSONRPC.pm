package EventJSONRPC;    # the JSON-RPC dialect, which OpenSIPS 3.1 and later send

use v5.36;
no warnings 'recursion';    # JSON::PP allows no more than 512 levels

use JSON::PP;

my $json = JSON::PP->new->allow_nonref;    # each byte a character, whatever bytes they are

# JSON without its commas and colons, which tell nothing more where it is known to be JSON.
my $token = qr/\G[\s,:]*("[^"\\]*(?:\\.[^"\\]*)*"|[^\s",:\[\]{}]+|[\[\]{}])/;

# Returns the event's name and its parameters, each [name or undef, value or undef, whether it is an
# integer], all bytes.
sub parse ($datagram) {
    # Dies if it is no JSON. What it returns has lost names that repeat, and their order.
    $json->decode($datagram);
    my ($call) = value([$datagram =~ /$token/g]);
    die "no object\n" unless ref $call eq 'ARRAY';
    my %members = map { ($_->[0] // '') => $_ } @$call;
    my (undef, $method, $is_integer) = @{ $members{method} // [] };
    die "no method\n" if !defined $method || ref $method || $is_integer;
    my $params = exists $members{params} ? $members{params}[1] : [];
    die "params are neither an object nor an array\n" unless ref $params eq 'ARRAY';
    die "a value that is neither a string, an integer nor null\n" if grep { ref $_->[1] } @$params;
    return $method, @$params;
}

# Takes the next value from the tokens: its bytes, and whether it is an integer; for objects and
# arrays a list of [name or undef, value, whether it is an integer]; some other reference for what
# no event holds.
sub value ($tokens) {
    # A regular expression takes only so many escapes.
    my $next = shift @$tokens // die "a string with too many escapes\n";
    if ($next =~ /\A[\[{]/) {
        my @items;
        push @items, [$next eq '{' ? string(shift @$tokens) : undef, value($tokens)] until $tokens->[0] =~ /\A[\]}]/;
        shift @$tokens;
        return \@items;
    }
    return string($next) if $next =~ /\A"/;
    return undef if $next eq 'null';
    return $next, 1 if $next =~ /\A-?\d{1,19}\z/;
    return \$next;
}

# Returns the bytes of a string.
sub string ($token) {
    my $unescape = sub ($escapes) { my $text = $json->decode(qq("$escapes")); utf8::encode($text); $text };
    return substr($token, 1, -1) =~ s/((?:\\u[[:xdigit:]]{4})+|\\.)/$unescape->($1)/ger;
}

1;
