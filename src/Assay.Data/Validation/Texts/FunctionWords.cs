using System.Collections.Frozen;

namespace Assay.Data.Validation.Texts;

/// <summary>Words that hold sentences together and say nothing about their subject, in seven languages of Latin script.</summary>
internal static class FunctionWords
{
    private const string English =
        "a about after again all also am an and any are as at be because been before being between both but by can could did do does doing done down during each " +
        "every few for from had has have having he her here hers him his how i if in into is it its itself just let like may me might more most must my no nor not " +
        "now of off on once one only onto or other our out over own per same shall she should since so some such than that the their them then there these they " +
        "this those through to too under until up upon us very was we well were what when where whether which while who whom whose why will with within without " +
        "would yet you your yours";

    private const string German =
        "aber als am an auch auf aus bei bin bis das dass dem den der des die doch du durch ein eine einem einen einer eines er es für haben hat hatte ich ihr im in ist ja " +
        "kann kein keine können man mich mir mit muss nach nicht noch nur oder ohne schon sehr sein seine sich sie sind so über um und uns unter vom von vor war was weil wenn " +
        "werden wie wir wird wo zu zum zur";

    private const string French =
        "au aux avec ce ces cette comme dans de des du elle en est et être il ils je la le les leur lui mais me même ne nous on ont ou où par pas plus pour qu que qui sa sans se ses " +
        "si son sont sur tout très tu un une vous";

    private const string Spanish =
        "al algo como con cuando de del desde donde el ella en entre es esta este fue hay la las lo los más me mi muy no nos o para pero por porque que quien se ser si sin sobre son su sus " +
        "también todo un una y ya yo";

    private const string Others =
        "il lo gli uno di da nel nella con su per tra fra che chi non più era sono come anche questo ma ed del della o os as um uma do dos na no nas nos em por com não mais se foi à ao das " +
        "het een van op te dat die met voor niet aan zijn er als naar ook om bij nog wordt werd maar hij ze";

    private static readonly FrozenSet<string> All = string.Join(' ', English, German, French, Spanish, Others).Split(' ').ToFrozenSet();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = All.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a lower-case word is one of them.</summary>
    public static bool Contains(ReadOnlySpan<char> word) => Lookup.Contains(word);
}
