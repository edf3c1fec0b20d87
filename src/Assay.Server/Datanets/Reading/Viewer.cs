namespace Assay.Server.Datanets.Reading;

/// <summary>Who wants to see something.</summary>
/// <param name="AccountId">Empty: nobody is signed in.</param>
/// <param name="IsOperator">Whether the account answers for the installation and therefore reads everything that lies in it.</param>
internal readonly record struct Viewer(string AccountId, bool IsOperator = false);
