namespace Assay.Worker.Conformance;

/// <summary>Checks of one golden folder on one subject, such as its reference path or its packed path.</summary>
/// <remarks>Opens weights only when a check asks for them, so a source whose checks are all left out costs nothing.</remarks>
internal interface ICheckSource : IDisposable
{
    /// <summary>The checks in the order they are printed. A name that ends in <c>@path</c> is carried out only when that computing path is asked for.</summary>
    IEnumerable<Check> All();
}
